import {
  type DefinedType,
  defined,
  describeType,
  type EnumType,
  type FixedType,
  type NamedType,
  type Type,
  type UnionType,
} from '../schema.ts';
import { compareRecords } from './compare-record.ts';
import { compareFixedLogical, comparePrimitives } from './compare-values.ts';
import { type Comparison, type Met, type Pair, typeChanged } from './comparison.ts';
import { chooseBranch, isNamed, namesMatch } from './match.ts';

/** Finds what the reader does not read, or reads as something else, of what the writer writes. */
export function compare(comparison: Comparison): void {
  comparison.later({
    reader: comparison.reader.schema.root,
    writer: comparison.writer.schema.root,
    where: 'the schema',
  });
  for (let pair = comparison.next(); pair; pair = comparison.next()) comparePair(comparison, pair);
}

function comparePair(comparison: Comparison, { reader: readerType, writer: writerType, where }: Pair): void {
  const reader = defined(readerType, comparison.reader.schema);
  const writer = defined(writerType, comparison.writer.schema);
  if (writer.kind === 'union') compareWrittenUnion(comparison, reader, writer, where);
  else if (reader.kind === 'union') compareReadUnion(comparison, reader, writer, undefined, where);
  else if (isNamed(reader) && isNamed(writer)) compareNamed(comparison, reader, writer, where);
  else if (reader.kind === 'primitive' && writer.kind === 'primitive') {
    comparePrimitives(comparison, { reader, writer, where });
  } else if (reader.kind === 'array' && writer.kind === 'array') {
    comparison.later({ reader: reader.items, writer: writer.items, where: `an item of ${where}` });
  } else if (reader.kind === 'map' && writer.kind === 'map') {
    comparison.later({ reader: reader.values, writer: writer.values, where: `a value of ${where}` });
  } else typeChanged(comparison, reader, writer, where);
}

function compareNamed(comparison: Comparison, reader: NamedType, writer: NamedType, where: string): void {
  if (!comparison.isNew(reader, writer)) return;
  if (reader.kind !== writer.kind) typeChanged(comparison, reader, writer, where);
  else if (namesMatch(reader, writer) === undefined) {
    nameChanged(comparison, reader, writer, where);
  } else {
    nameNotes(comparison, reader, writer);
    if (reader.kind === 'record' && writer.kind === 'record') compareRecords(comparison, { reader, writer, where });
    if (reader.kind === 'enum' && writer.kind === 'enum') compareEnums(comparison, { reader, writer, where });
    if (reader.kind === 'fixed' && writer.kind === 'fixed') compareFixed(comparison, { reader, writer, where });
  }
}

function nameChanged(comparison: Comparison, reader: NamedType, writer: NamedType, where: string): void {
  const what = `${where} is written as ${describeType(writer)} and read as ${describeType(reader)}`;
  const fix = comparison.isBackward
    ? `Keep the name, or give "${reader.name}" the alias "${writer.name}".`
    : 'Keep the name.';
  comparison.find('AvroNameChanged', { reader, writer }, what, fix);
}

/** What libraries may see in other ways than the specification. */
function nameNotes(comparison: Comparison, reader: NamedType, writer: NamedType): void {
  const match = namesMatch(reader, writer);
  if (match === 'alias') {
    const what = `${describeType(writer)} is found by an alias, which libraries need not look at`;
    comparison.find('AvroAliasNeeded', { reader, writer }, what, 'Make sure that the readers use aliases.');
  }
  if (match === 'similar') {
    const what = `${describeType(writer)} is "${reader.name}" to the reader, and some libraries compare names with their namespaces`;
    comparison.find('AvroNamespaceChanged', { reader, writer }, what, 'Keep the namespace, or add an alias.');
  }
}

function compareEnums(comparison: Comparison, { reader, writer }: Met<EnumType>): void {
  const known = new Set(reader.symbols);
  const unknown = writer.symbols.filter((symbol) => !known.has(symbol));
  if (unknown.length === 0) return;
  const symbols = `${unknown.length === 1 ? 'symbol' : 'symbols'} ${unknown.map((symbol) => `"${symbol}"`).join(', ')}`;
  if (reader.default === undefined) {
    const what = `enum "${reader.name}" has no default and no ${symbols}`;
    const fix = comparison.isBackward
      ? `Keep the ${symbols}, or give the enum a default.`
      : 'Remove what is new; add it once the readers’ enum has a default.';
    comparison.find('AvroEnumSymbolMissing', { reader, writer }, what, fix);
  } else {
    const what = `it takes ${symbols} of enum "${writer.name}" for its default "${reader.default}"`;
    const fix = 'Make sure that readers can do with the default.';
    comparison.find('AvroEnumSymbolReplaced', { reader, writer }, what, fix);
  }
}

function compareFixed(comparison: Comparison, met: Met<FixedType>): void {
  const { reader, writer } = met;
  if (reader.size !== writer.size) {
    const what = `fixed "${writer.name}" is written with ${writer.size} bytes and read with ${reader.size}`;
    const fix = 'Keep the size, or add a new type under another name.';
    comparison.find('AvroFixedSizeChanged', met, what, fix);
  } else compareFixedLogical(comparison, met);
}

function compareWrittenUnion(comparison: Comparison, reader: DefinedType, writer: UnionType, where: string): void {
  const union: UnionType = reader.kind === 'union' ? reader : { kind: 'union', branches: [reader], path: reader.path };
  for (const named of writer.branches) {
    if (comparison.gaveUp) return;
    const branch = defined(named, comparison.writer.schema);
    if (branch.kind !== 'union') compareReadUnion(comparison, union, branch, writer, where);
  }
}

/** `within` is the union that the branch was written in, if it was. */
function compareReadUnion(
  comparison: Comparison,
  reader: UnionType,
  writer: Exclude<DefinedType, UnionType>,
  within: UnionType | undefined,
  where: string,
): void {
  comparison.count(reader.branches.length);
  const chosen = chooseBranch(reader.branches, writer, comparison.reader.schema);
  if (chosen === undefined) branchMissing(comparison, reader, writer, where);
  else {
    const { branch, outrunBy } = chosen;
    if (outrunBy && !has(within, outrunBy)) branchOutrun(comparison, { reader, writer }, outrunBy, where);
    comparison.later({ reader: branch, writer, where });
  }
}

function has(union: UnionType | undefined, type: Type): boolean {
  return union?.branches.some((branch) => describeType(branch) === describeType(type)) ?? false;
}

function branchMissing(comparison: Comparison, reader: UnionType, writer: DefinedType, where: string): void {
  const [only] = reader.branches;
  const expected =
    reader.branches.length === 1 && only ? `is read as ${describeType(only)} only` : 'no branch of the union is for it';
  const what = `${where} may be written as ${describeType(writer)}, and ${expected}`;
  const fix = comparison.isBackward
    ? 'Keep the branch; remove it once no data with it is left.'
    : 'Remove the branch; add it once the readers know it.';
  comparison.find('AvroUnionBranchMissing', { reader, writer }, what, fix);
}

function branchOutrun(
  comparison: Comparison,
  at: { reader: UnionType; writer: DefinedType },
  earlier: Type,
  where: string,
): void {
  const what = `${where} is written as ${describeType(at.writer)}, and some libraries take ${describeType(earlier)} for it, which stands further in front`;
  comparison.find('AvroUnionBranchOutrun', at, what, 'Put the branches that were there first.');
}
