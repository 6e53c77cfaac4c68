import { type JsonObject, memberOf } from '../../json.ts';
import { type EnumType, type Field, type FixedType, plainly, type RecordType, type Type } from '../schema.ts';
import { type Building, child, missing, requiredList, requiredText, type Spot, textOf } from './building.ts';
import { readLogical } from './logical.ts';
import { aliasesOf, judgeOnce, judgeSimpleName, nameOf } from './names.ts';

/** The type at a spot: fields have types of any kind, records among them. */
type TypeBuilder = (building: Building, spot: Spot) => Type;

export function buildRecord(
  building: Building,
  spot: Spot,
  object: JsonObject,
  buildType: TypeBuilder,
): RecordType | undefined {
  const naming = nameOf(building, spot, object, 'record');
  if (naming === undefined) return undefined;
  const { name, aliases, namespace } = naming;
  const fields: Field[] = [];
  const byName = new Map<string, Field>();
  const record: RecordType = { kind: 'record', name, aliases, fields, byName, path: spot.path };
  // Before its fields, which may use it.
  building.define(record, spot);
  const spots = requiredList(building, { ...spot, namespace }, object, 'fields', `record "${name}"`);
  for (const one of spots) fields.push(...buildField(building, one, name, buildType));
  for (const field of fields) byName.set(field.name, field);
  const names = fields.map((field) => field.name);
  if (byName.size < fields.length) judgeOnce(building, spots, names, 'field');
  if (fields.some((field) => field.aliases.length > 0)) judgeFieldAliases(building, spots, fields);
  return record;
}

function buildField(building: Building, spot: Spot, record: string, buildType: TypeBuilder): Field[] {
  const object = spot.value;
  if (object.kind !== 'object') {
    const message = `a field of record "${record}" is no object`;
    building.break('AvroAttributeInvalid', spot, message, 'Write {"name": …, "type": …}.');
    return [];
  }
  const name = requiredText(building, spot, object, 'name', `a field of record "${record}"`);
  const type = memberOf(object, 'type');
  if (type === undefined) missing(building, spot, `field "${name ?? ''}" of record "${record}"`, 'type');
  if (name === undefined || type === undefined) return [];
  judgeSimpleName(building, spot, name, 'field');
  const built = buildType(building, child(spot, 'type', type));
  const field: Field = {
    name,
    aliases: aliasesOf(building, spot, object),
    type: built,
    plain: plainly(built),
    order: orderOf(building, spot, object),
    default: memberOf(object, 'default'),
    path: spot.path,
  };
  return [field];
}

const orders = ['ascending', 'descending', 'ignore'];

function orderOf(building: Building, spot: Spot, object: JsonObject): string {
  const order = textOf(building, spot, object, 'order') ?? 'ascending';
  if (!orders.includes(order)) {
    building.find('AvroAttributeInvalid', spot, `order "${order}" is none of ${orders.join(', ')}`, 'Correct "order".');
  }
  return order;
}

/** An alias must be as unique as a name: with two claims on one written field, libraries disagree or give up. */
function judgeFieldAliases(building: Building, spots: readonly Spot[], fields: readonly Field[]): void {
  const taken = new Set(fields.map(({ name }) => name));
  for (const [index, { name, aliases }] of fields.entries()) {
    for (const alias of aliases) {
      const spot = spots[index];
      if (spot && alias !== name && taken.has(alias)) {
        const message = `alias "${alias}" of field "${name}" is the name or an alias of another field`;
        building.find('AvroAliasTaken', spot, message, 'Remove the alias.');
      }
      taken.add(alias);
    }
  }
}

export function buildEnum(building: Building, spot: Spot, object: JsonObject): EnumType | undefined {
  const naming = nameOf(building, spot, object, 'enum');
  if (naming === undefined) return undefined;
  const { name, aliases } = naming;
  const spots = requiredList(building, spot, object, 'symbols', `enum "${name}"`);
  const symbols = spots.map((one) => symbolOf(building, one, name));
  judgeOnce(building, spots, symbols, 'symbol');
  const given = textOf(building, spot, object, 'default');
  const fits = given === undefined || symbols.includes(given);
  if (!fits) {
    const message = `default "${given}" of enum "${name}" is none of its symbols`;
    building.find('AvroDefaultInvalid', child(spot, 'default', spot.value), message, 'Use one of its symbols.');
  }
  const type: EnumType = { kind: 'enum', name, aliases, symbols, default: fits ? given : undefined, path: spot.path };
  building.define(type, spot);
  return type;
}

function symbolOf(building: Building, spot: Spot, name: string): string {
  if (spot.value.kind === 'string') {
    judgeSimpleName(building, spot, spot.value.value, 'symbol');
    return spot.value.value;
  }
  building.break('AvroAttributeInvalid', spot, `a symbol of enum "${name}" is no text`, 'Write it in quotes.');
  return '';
}

export function buildFixed(building: Building, spot: Spot, object: JsonObject): FixedType | undefined {
  const naming = nameOf(building, spot, object, 'fixed');
  if (naming === undefined) return undefined;
  const { name, aliases } = naming;
  const given = memberOf(object, 'size');
  if (given === undefined) missing(building, spot, `fixed "${name}"`, 'size');
  else if (given.kind !== 'number' || !/^\d+$/.test(given.text)) {
    const at = child(spot, 'size', given);
    building.break(
      'AvroAttributeInvalid',
      at,
      `"size" of fixed "${name}" is no integer from 0`,
      'Write a number of bytes.',
    );
  }
  const size = given?.kind === 'number' ? Number(given.text) : 0;
  const logical = readLogical(building, spot, object, { name: 'fixed', size });
  const type: FixedType = { kind: 'fixed', name, aliases, size, logical, path: spot.path };
  building.define(type, spot);
  return type;
}
