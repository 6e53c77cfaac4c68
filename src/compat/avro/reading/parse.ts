import { readJson } from '../../json.ts';
import type { Text } from '../../problem.ts';
import type { AvroSchema, DefaultFit, Field, Finding, RecordType, Type } from '../schema.ts';
import { buildType, linkNames } from './build.ts';
import { Building, type Source, type Spot } from './building.ts';
import { Defaults } from './defaults.ts';
import { judgeAliases } from './names.ts';

export interface ParsedAvro {
  /** Absent: the text is no schema, and `findings` say why. */
  schema?: AvroSchema;
  findings: readonly Finding[];
}

/** Characters of a text with its references; a registry takes less. */
const mostCharacters = 1_048_576;

/** Reads a schema with its references. A schema may be usable and still break rules: those that are registered do. */
export function parseAvro({ text, references }: Text): ParsedAvro {
  const main: Source = { text, prefix: '' };
  const sources = distinct(references.map((one) => ({ text: one.text, prefix: `${one.name}#` })));
  const size = [main, ...sources].reduce((sum, one) => sum + one.text.length, 0);
  if (size > mostCharacters) return { findings: [tooLarge] };
  const building = new Building();
  for (const source of sources) readSource(building, source);
  const root = readSource(building, main);
  linkNames(building);
  judgeAliases(building);
  if (root === undefined || building.isBroken) return { findings: building.findings };
  const defaults = judgeDefaults(building, [...sources, main]);
  const { named, findings } = building;
  if (defaults.gaveUp) return { findings: [...findings, defaultsTooDeep] };
  return { schema: { root, named, defaults: defaults.all }, findings };
}

/** What several texts refer to may be there once for each of them. */
function distinct(sources: readonly Source[]): readonly Source[] {
  return [...new Map(sources.map((source) => [JSON.stringify([source.prefix, source.text]), source])).values()];
}

function readSource(building: Building, source: Source): Type | undefined {
  building.begin(source);
  const value = readJson(source.text);
  if (value.kind !== 'noJson') return buildType(building, spotOf(source, value));
  const at = { path: source.prefix, value: { kind: 'null' as const, at: value.at } };
  if (value.tooDeep) building.break('AvroTooLarge', at, `the schema is not checked: ${value.message}`, tooLargeFix);
  else building.break('AvroNotJson', at, `the schema is no JSON: ${value.message}`, 'Correct the text there.');
  return undefined;
}

function spotOf({ prefix }: Source, value: Spot['value']): Spot {
  return { path: prefix, value, namespace: '' };
}

const tooLargeFix = 'Move parts of it into schemas of their own, and refer to them.';

const tooLarge: Finding = {
  ...{ rule: 'AvroTooLarge', path: '', line: 1, column: 1, fix: tooLargeFix },
  message: `the schema is not checked: it has more than ${mostCharacters} characters`,
};

const defaultsTooDeep: Finding = { ...tooLarge, message: 'the schema is not checked: its defaults nest too deep' };

function judgeDefaults(building: Building, sources: readonly Source[]): Defaults {
  const defaults = new Defaults(building);
  for (const record of building.named.values()) {
    if (record.kind !== 'record') continue;
    building.begin(sources.find(({ prefix }) => record.path.startsWith(prefix)) ?? building.source);
    for (const field of record.fields) judgeDefault(building, defaults.judge(field), record, field);
  }
  return defaults;
}

function judgeDefault(building: Building, fit: DefaultFit | undefined, record: RecordType, field: Field): void {
  if (fit === undefined || fit === 'fits' || field.default === undefined) return;
  const at = { path: `${field.path}/default`, value: field.default };
  const what = `the default of field "${field.name}" of record "${record.name}"`;
  if (fit === 'unfit') {
    building.find('AvroDefaultInvalid', at, `${what} does not fit its type`, 'Correct the default, or the type.');
    return;
  }
  const message = `${what} fits a branch of its union that is not the first, which libraries before Avro 1.12 refuse`;
  building.find('AvroDefaultNotOfFirstBranch', at, message, 'Put the branch of the default first.');
}
