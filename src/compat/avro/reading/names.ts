import { type JsonObject, memberOf } from '../../json.ts';
import { primitives, simpleName } from '../schema.ts';
import { type Building, child, requiredText, type Spot, textOf } from './building.ts';

const simple = /^[A-Za-z_][A-Za-z0-9_]*$/;
const dotted = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const nameFix = 'Use letters, digits and "_", and begin with no digit.';

export interface Naming {
  name: string;
  aliases: readonly string[];
  /** Of what is defined inside. */
  namespace: string;
}

/** By the specification: a name with a dot is full, whatever `namespace` says; another one inherits where it has none. */
export function nameOf(building: Building, spot: Spot, object: JsonObject, kind: string): Naming | undefined {
  const given = requiredText(building, spot, object, 'name', `a type "${kind}"`);
  if (given === undefined) return undefined;
  const own = given.includes('.') ? undefined : textOf(building, spot, object, 'namespace');
  const full = qualified(given, own ?? spot.namespace);
  judgeName(building, spot, object, full);
  const namespace = namespaceOf(full);
  const aliases = aliasesOf(building, spot, object).map((alias) => qualified(alias, namespace));
  judgeTypeAliases(building, spot, object, aliases);
  return { name: full, aliases, namespace };
}

function judgeName(building: Building, spot: Spot, object: JsonObject, full: string): void {
  const at = child(spot, 'name', memberOf(object, 'name') ?? spot.value);
  const [name, namespace] = [simpleName(full), namespaceOf(full)];
  if (!simple.test(name)) building.find('AvroNameInvalid', at, `"${name}" is no name of a type`, nameFix);
  if (primitives.some((primitive) => primitive === name)) {
    building.find('AvroNameInvalid', at, `"${name}" is the name of a primitive type`, 'Use another name.');
  }
  // Java looks at names only, and has written namespaces with "$" itself.
  if (full.includes('.') && !dotted.test(namespace)) {
    building.find('AvroNamespaceInvalid', at, `"${namespace}" is no namespace`, nameFix);
  }
  if (building.named.has(full)) {
    const fix = `Define it once, and use "${full}" by its name elsewhere.`;
    building.find('AvroNameDuplicate', at, `type "${full}" is defined twice`, fix);
  }
}

/** Names without a dot belong to the namespace around them. */
export function qualified(given: string, namespace: string): string {
  return given.includes('.') || namespace === '' ? given : `${namespace}.${given}`;
}

export function namespaceOf(full: string): string {
  return full.slice(0, Math.max(0, full.lastIndexOf('.')));
}

/** Java reads them as names of types, and those of fields as any text. */
function judgeTypeAliases(building: Building, spot: Spot, object: JsonObject, aliases: readonly string[]): void {
  const at = child(spot, 'aliases', memberOf(object, 'aliases') ?? spot.value);
  for (const alias of aliases.filter((one) => !simple.test(simpleName(one)))) {
    building.find('AvroNameInvalid', at, `alias "${alias}" is no name of a type`, nameFix);
  }
}

export function aliasesOf(building: Building, spot: Spot, object: JsonObject): readonly string[] {
  const value = memberOf(object, 'aliases');
  if (value === undefined) return [];
  const texts =
    value.kind === 'array' ? value.items.flatMap((item) => (item.kind === 'string' ? [item.value] : [])) : [];
  if (value.kind !== 'array' || texts.length < value.items.length) {
    const at = child(spot, 'aliases', value);
    building.find('AvroAttributeInvalid', at, '"aliases" is no list of texts', 'Write a list, as ["oldName"].');
  }
  return texts;
}

/** Libraries that rename by aliases read another type there than those that do not. */
export function judgeAliases(building: Building): void {
  for (const { type, spot, source } of building.aliased) {
    building.begin(source);
    for (const alias of type.aliases.filter((one) => one !== type.name && building.named.has(one))) {
      const message = `alias "${alias}" of ${type.kind} "${type.name}" is the name of another type`;
      building.find('AvroAliasTaken', spot, message, 'Remove the alias.');
    }
  }
}

/** Whether a field or a symbol may be called so. */
export function judgeSimpleName(building: Building, spot: Spot, given: string, what: string): void {
  if (!simple.test(given)) building.find('AvroNameInvalid', spot, `"${given}" is no name of a ${what}`, nameFix);
}

export function judgeOnce(building: Building, spots: readonly Spot[], names: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const [index, given] of names.entries()) {
    const spot = spots[index];
    if (spot && seen.has(given)) {
      building.find('AvroNameDuplicate', spot, `${what} "${given}" is there twice`, 'Keep one of the two.');
    }
    seen.add(given);
  }
}
