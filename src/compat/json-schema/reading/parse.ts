import { type Json, type JsonObject, readJson } from '../../json.ts';
import type { Text } from '../../problem.ts';
import { jsonSchemaRules, leavesOpen } from '../rules.ts';
import type { Finding, Schema } from '../schema.ts';
import { draftOf } from './dialect.ts';
import { isAssertion, keywords } from './keywords.ts';
import { child, type Draft, Reading, type Resource, type Source, type Spot } from './reading.ts';
import { enterResource, nowhere, owned, resolved, targetOf, textAt } from './references.ts';

export interface ParsedJsonSchema {
  /** Absent: the text is no schema, and `findings` say why. */
  schema?: Schema;
  /** As the schema, where validators read it in two ways: with what stands beside a `$ref` before 2019-09. */
  other?: Schema;
  findings: readonly Finding[];
}

/** Characters of a text with its references; a registry takes less. */
const mostCharacters = 1_048_576;

/** Reads a schema with its references, without a look at the network. */
export function parseJsonSchema(text: Text): ParsedJsonSchema {
  const size = text.references.reduce((sum, one) => sum + one.text.length, text.text.length);
  if (size > mostCharacters) return { findings: [tooLarge] };
  const { schema, reading } = readWith(text, 'ignored');
  const { findings } = reading;
  if (schema === undefined || findings.some(({ rule }) => jsonSchemaRules[rule] === 'break' || leavesOpen(rule))) {
    return { findings };
  }
  if (!reading.hasSiblings) return { schema, findings };
  const other = readWith(text, 'applied').schema;
  return other ? { schema, other, findings } : { schema, findings };
}

function readWith(
  { text, references }: Text,
  siblings: Reading['siblings'],
): { schema: Schema | undefined; reading: Reading } {
  const reading = new Reading(siblings);
  const root = enterText(reading, text, '', undefined);
  const draft = root?.source.draft;
  const spots = references.map((one) => enterText(reading, one.text, one.name, draft));
  const schema = root && reading.schemaAt(root);
  for (const spot of spots) if (spot) reading.schemaAt(spot);
  readAll(reading);
  return { schema, reading };
}

const tooLargeFix = 'Move parts of it into schemas of their own, and refer to them.';

const tooLarge: Finding = {
  ...{ rule: 'JsonTooLarge', path: '', line: 1, column: 1, fix: tooLargeFix },
  message: `the schema is not checked: it has more than ${mostCharacters} characters`,
};

/** `name` is that of a reference, and empty for the schema itself. */
function enterText(reading: Reading, text: string, name: string, draft: Draft | undefined): Spot | undefined {
  const source: Source = { text, prefix: name === '' ? '' : `${name}#`, draft: draft ?? 7 };
  const value = readJson(text);
  if (value.kind === 'noJson') {
    const at = { path: source.prefix, value: { kind: 'null' as const, at: value.at }, source };
    if (value.tooDeep) reading.find('JsonTooLarge', at, `the schema is not checked: ${value.message}`, tooLargeFix);
    else reading.find('JsonNotJson', at, `the schema is no JSON: ${value.message}`, 'Correct the text there.');
    return undefined;
  }
  return enterValue(reading, value, source, name);
}

function enterValue(reading: Reading, value: Json, source: Source, name: string): Spot {
  const resource = { base: resolved(name, nowhere) ?? nowhere, anchors: new Map() } as Resource;
  const root: Spot = { path: source.prefix, value, source, resource };
  resource.root = root;
  // A text that a schema refers to and that names no draft is read as that schema.
  if (name === '' || textAt(value, '$schema') !== undefined) setDraft(reading, root);
  reading.resources.set(resource.base, resource);
  if (name !== '') reading.resources.set(name, resource);
  enterResource(reading, root);
  return root;
}

function setDraft(reading: Reading, root: Spot): void {
  const draft = draftOf(root.value);
  if (typeof draft === 'number') {
    root.source.draft = draft;
    return;
  }
  const at = { ...root, path: `${root.path}/$schema` };
  const message = `"${draft.name}" is no draft from 4 to 2020-12, so that the schema is not checked`;
  reading.find('JsonDialectUnknown', at, message, 'Name one of them in "$schema".');
}

function readAll(reading: Reading): void {
  for (;;) {
    for (let due = reading.due.pop(); due; due = reading.due.pop()) readSchema(reading, due.schema, owned(due.spot));
    const use = reading.uses.pop();
    if (use === undefined) return;
    link(reading, use);
  }
}

function readSchema(reading: Reading, schema: Schema, spot: Spot): void {
  const { value } = spot;
  if (value.kind === 'boolean') {
    if (!value.value) schema.never = true;
  } else if (value.kind === 'object') readObject(reading, schema, spot, value);
  else reading.find('JsonSchemaInvalid', spot, 'this is no schema', 'Write an object, or true or false.');
}

function readObject(reading: Reading, schema: Schema, spot: Spot, object: JsonObject): void {
  const members = new Map(object.members.map((member) => [member.key, member.value]));
  if (members.size < object.members.length) duplicated(reading, spot, object);
  const isPassedOver = passesOver(reading, spot, members);
  for (const [key, value] of members) {
    const keyword = Object.hasOwn(keywords, key) ? keywords[key] : undefined;
    if (keyword === undefined || (isPassedOver && isAssertion(key))) continue;
    const { draft } = spot.source;
    if (draft < (keyword.from ?? draft) || draft > (keyword.until ?? draft)) continue;
    keyword.read({ reading, schema, object, spot: child(spot, key, value) });
  }
  readReferences(reading, schema, spot, members);
}

/** Whether a `$ref` makes the draft pass over what stands beside it. */
function passesOver(reading: Reading, { source }: Spot, members: ReadonlyMap<string, Json>): boolean {
  if (source.draft > 7 || members.get('$ref')?.kind !== 'string') return false;
  if (![...members.keys()].some(isAssertion)) return false;
  reading.hasSiblings = true;
  return reading.siblings === 'ignored';
}

function duplicated(reading: Reading, spot: Spot, object: JsonObject): void {
  const seen = new Set<string>();
  for (const { key, value } of object.members) {
    if (seen.has(key)) {
      const message = `"${key}" stands there twice, and most readers take the last one`;
      reading.find('JsonKeyDuplicate', child(spot, key, value), message, 'Keep one of the two.');
    }
    seen.add(key);
  }
}

function readReferences(reading: Reading, schema: Schema, spot: Spot, members: ReadonlyMap<string, Json>): void {
  const { draft } = spot.source;
  const since: Readonly<Record<string, readonly [Draft, Draft]>> = {
    ...{ $ref: [4, 2020], $dynamicRef: [2020, 2020], $recursiveRef: [2019, 2019] },
  };
  for (const [key, [first, last]] of Object.entries(since)) {
    const value = members.get(key);
    if (value === undefined || draft < first || draft > last) continue;
    if (value.kind === 'string') {
      const at = child(spot, key, value);
      reading.uses.push({ schema, spot: at, reference: value.value, dynamic: key !== '$ref' });
    } else {
      const message = `"${key}" is no text`;
      reading.find('JsonKeywordInvalid', child(spot, key, value), message, `Write "${key}" in quotes.`);
    }
  }
}

function link(reading: Reading, { schema, spot, reference, dynamic }: Reading['uses'][number]): void {
  const target = targetOf(reading, spot, reference);
  if (target.kind === 'found') {
    if (schema.ref) schema.opaque = 'it has two references';
    if (dynamic && isMovable(reading, reference))
      schema.opaque = `where "${reference}" leads depends on who refers to it`;
    schema.ref = reading.schemaAt(target.spot);
  } else if (target.kind === 'notGiven') {
    const message = `"${reference}" is in a schema that is not given, and nothing is fetched`;
    reading.find('JsonReferenceNotGiven', spot, message, 'Add it to the references, under that name.');
  } else {
    const message = `"${reference}" leads nowhere`;
    reading.find('JsonReferenceBroken', spot, message, 'Correct it, define it, or add the reference.');
  }
}

/** Whether a dynamic reference could lead to more than one place. */
function isMovable(reading: Reading, reference: string): boolean {
  const anchor = reference.slice(reference.indexOf('#') + 1);
  const resources = new Set(reading.resources.values());
  if (anchor === '') return resources.size > 1;
  return [...resources].filter(({ anchors }) => anchors.has(anchor)).length > 1;
}
