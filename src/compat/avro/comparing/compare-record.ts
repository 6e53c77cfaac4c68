import type { Field, RecordType } from '../schema.ts';
import type { Comparison, Met } from './comparison.ts';

/** Fields meet by name, or by an alias of the reader's. */
export function compareRecords(comparison: Comparison, { reader, writer }: Met<RecordType>): void {
  for (const field of reader.fields) {
    const source = writer.byName.get(field.name);
    if (field.aliases.length > 0) compareByAlias(comparison, reader, writer, field);
    else if (source) compareFields(comparison, writer, field, source);
    else missing(comparison, reader, writer, field);
  }
}

function compareByAlias(comparison: Comparison, reader: RecordType, writer: RecordType, field: Field): void {
  const names = new Set([field.name, ...field.aliases]);
  const [source, second] = [...names].flatMap((name) => writer.byName.get(name) ?? []);
  const rival = source && reader.fields.find((one) => one !== field && asksFor(one, source));
  if (source === undefined) missing(comparison, reader, writer, field);
  else if (second ?? rival) ambiguous(comparison, writer, field, source, second ?? rival ?? field);
  else compareFields(comparison, writer, field, source);
}

function asksFor({ name, aliases }: Field, source: Field): boolean {
  return name === source.name || aliases.includes(source.name);
}

function ambiguous(comparison: Comparison, record: RecordType, reader: Field, writer: Field, other: Field): void {
  const names = [reader.name, writer.name, other.name];
  const what = `fields ${[...new Set(names)].map((name) => `"${name}"`).join(' and ')} of record "${record.name}" meet in one by an alias`;
  comparison.find('AvroFieldAliasAmbiguous', { reader, writer }, what, 'Remove the alias.');
}

function compareFields(comparison: Comparison, record: RecordType, reader: Field, writer: Field): void {
  const isSameType = reader.plain !== undefined && reader.plain === writer.plain;
  if (isSameType && reader.name === writer.name && reader.order === writer.order) return;
  const called = `field "${writer.name}" of record "${record.name}"`;
  if (reader.name !== writer.name) {
    const what = `${called} is found by an alias of "${reader.name}", which libraries need not look at`;
    comparison.find('AvroAliasNeeded', { reader, writer }, what, 'Make sure that the readers use aliases.');
  }
  if (reader.order !== writer.order) {
    const what = `${called} is sorted "${reader.order}" by the reader and "${writer.order}" by the writer`;
    comparison.find('AvroOrderChanged', { reader, writer }, what, 'Keep "order" where records are sorted.');
  }
  if (!isSameType) comparison.later({ reader: reader.type, writer: writer.type, where: called });
}

/** The reader has a field that was not written. */
function missing(comparison: Comparison, reader: RecordType, writer: RecordType, field: Field): void {
  const fit = comparison.reader.schema.defaults.get(field);
  if (fit === 'fits') {
    renameNotSeen(comparison, writer, field);
    return;
  }
  const at = { reader: field, writer };
  const needed = `it needs field "${field.name}" of record "${reader.name}", which is not written`;
  const why = fit === undefined ? 'has no default' : `has a default that ${unusable[fit]}`;
  const give = fit === undefined ? 'Give the field a default' : 'Correct the default';
  const fix = comparison.isBackward ? `${give}, or remove the field.` : `Keep field "${field.name}".`;
  comparison.find('AvroFieldWithoutDefault', at, `${needed} and ${why}`, fix);
}

/** Aliases of the writer help nobody: what was written under the new name is lost on the reader. */
function renameNotSeen(comparison: Comparison, record: RecordType, reader: Field): void {
  const writer = record.fields.find(({ aliases }) => aliases.includes(reader.name));
  if (writer === undefined) return;
  const what = `field "${reader.name}" of record "${record.name}" is written as "${writer.name}", so that it takes its default`;
  comparison.find('AvroRenameNotSeen', { reader, writer }, what, 'Keep the name until all readers know the new one.');
}

const unusable = {
  unfit: 'does not fit its type',
  otherBranch: 'fits a branch of its union that is not the first, which libraries before Avro 1.12 refuse',
} as const;
