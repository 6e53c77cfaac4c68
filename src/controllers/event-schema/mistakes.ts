import { mistakesOf } from '../../compat/mistakes.ts';
import type { SchemaText } from '../../ports/registry.ts';

/** What keeps the text from being a schema, in the order in which it stands there. */
export function mistakesIn({ format, schema, references }: SchemaText): readonly string[] {
  return mistakesOf(format, schema, references.length > 0);
}
