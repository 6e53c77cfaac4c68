import type { Text } from '../../problem.ts';
import type { Enum, Finding, Message, ProtobufSchema } from '../schema.ts';
import { Builder } from './build.ts';
import type { DeclaredFile } from './declared.ts';
import { Lint } from './lint.ts';
import { readFile } from './read-file.ts';
import { Reading } from './reading.ts';
import { define, packageScope } from './scopes.ts';
import { linesOf, placeOf, Unreadable } from './tokens.ts';
import { wellKnown } from './well-known.ts';

export interface ParsedProtobuf {
  /** Absent: the text is no schema, and `findings` say why. */
  schema?: ProtobufSchema;
  findings: readonly Finding[];
}

/** Characters of a text with its references; a registry takes less. */
const mostCharacters = 1_048_576;

/** Reads a schema with its references. Nothing is fetched: an import is a reference, or comes with every compiler. */
export function parseProtobuf({ text, references }: Text): ParsedProtobuf {
  const size = references.reduce((sum, one) => sum + one.text.length, text.length);
  if (size > mostCharacters) {
    const message = `the schema is not checked: it has more than ${mostCharacters} characters`;
    return { findings: [{ rule: 'ProtoTooLarge', path: '', line: 1, column: 1, message, fix: tooLargeFix }] };
  }
  const reading = new Reading();
  const main = readSource(reading, itself, text, '');
  for (const one of references) readSource(reading, one.name, one.text, `${one.name}#`);
  if (main === undefined || reading.findings.length > 0) return { findings: reading.findings };
  addWellKnown(reading);
  return build(reading, main);
}

/** What no import can call a file. */
const itself = '\u0000';

const tooLargeFix = 'Move parts of it into schemas of their own, and import them.';

function readSource(reading: Reading, name: string, text: string, prefix: string): DeclaredFile | undefined {
  if (reading.files.has(name)) return undefined;
  try {
    const file = readFile(text, name, prefix);
    reading.files.set(name, file);
    return file;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const [rule, lead] = error.tooDeep
      ? (['ProtoTooLarge', 'the schema is not checked'] as const)
      : (['ProtoSyntaxInvalid', 'the schema is no Protobuf'] as const);
    const fix = error.tooDeep ? tooLargeFix : 'Correct the text there.';
    reading.findings.push({
      rule,
      path: prefix,
      ...placeOf(linesOf(text), error.at),
      message: `${lead}: ${error.message}`,
      fix,
    });
    return undefined;
  }
}

/** What is given by the same name goes before what comes with every compiler. */
function addWellKnown(reading: Reading): void {
  for (const file of reading.files.values()) {
    for (const { name } of file.imports) {
      const text = wellKnown.get(name);
      if (text !== undefined) readSource(reading, name, text, `${name}#`);
    }
  }
}

function build(reading: Reading, main: DeclaredFile): ParsedProtobuf {
  const files = [...reading.files.values()];
  for (const file of files) {
    reading.types.push(...define(file, packageScope(reading.root, file.package)));
    if (file.imports.some(({ name }) => !reading.files.has(name))) reading.open.add(file);
  }
  const builder = new Builder(reading);
  builder.build();
  const lint = new Lint(reading, builder);
  for (const file of files) lint.file(file, file === main ? '' : `${file.name}#`);
  for (const defined of reading.types) lint.type(defined);
  const own = reading.types.flatMap((one) => (one.file === main ? (builder.built.get(one) ?? []) : []));
  const messages = own.filter((one): one is Message => one.kind === 'message');
  const enums = own.filter((one): one is Enum => one.kind === 'enum');
  return { schema: { package: main.package, messages, enums }, findings: reading.findings };
}
