import { parseAvroOnce } from '../../compat/avro/memo.ts';
import { isInvalid } from '../../compat/avro/reading/parse.ts';
import type { EventSchema } from '../../crds/event-schema.ts';

/** What keeps the text from being a schema, in the order in which it stands there. */
export function mistakesIn({ spec }: Pick<EventSchema, 'spec'>): readonly string[] {
  const { findings } = parseAvroOnce({ text: spec.schema, references: [] });
  // What it refers to is the registry's to know.
  const refers = (spec.references ?? []).length > 0;
  return findings
    .filter((finding) => isInvalid(finding) && !(refers && finding.rule === 'AvroTypeUnknown'))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(
      ({ rule, path, line, column, message }) =>
        `${path === '' ? '/' : path} (line ${line}, column ${column}): ${message} (${rule})`,
    );
}
