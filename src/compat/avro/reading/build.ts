import { type JsonObject, memberOf } from '../../json.ts';
import { defined, describeType, type PrimitiveName, primitives, type Type, type UnionType } from '../schema.ts';
import { buildEnum, buildFixed, buildRecord } from './build-named.ts';
import { type Building, child, missing, type Spot } from './building.ts';
import { readLogical } from './logical.ts';
import { qualified } from './names.ts';

/** Stands where nothing can be read, so that the rest is still looked at. */
const nothing = (path: string): Type => ({ kind: 'primitive', name: 'null', logical: undefined, path });

/** The type at `spot`. What is wrong is found on the way; nothing is thrown. */
export function buildType(building: Building, spot: Spot): Type {
  const { value } = spot;
  switch (value.kind) {
    case 'string':
      return buildName(building, spot, value.value);
    case 'array':
      return buildUnion(building, spot);
    case 'object':
      return buildObject(building, spot, value);
    default:
      building.break('AvroTypeUnknown', spot, 'this is no type', 'Write the name of a type, an object or a list.');
      return nothing(spot.path);
  }
}

function buildName(building: Building, spot: Spot, name: string): Type {
  const { path, namespace } = spot;
  const primitive = primitiveOf(name);
  if (primitive) return { kind: 'primitive', name: primitive, logical: undefined, path };
  // Libraries look without a namespace where there is nothing within it.
  const candidates = [qualified(name, namespace), name];
  const known = candidates.find((one) => building.named.has(one));
  const type = { kind: 'name' as const, name: known ?? candidates[0] ?? name, path };
  building.uses.push({ type, spot, source: building.source, wasDefined: known !== undefined });
  return type;
}

function primitiveOf(name: string): PrimitiveName | undefined {
  return primitives.find((one) => one === name);
}

function buildUnion(building: Building, spot: Spot): UnionType {
  const items = spot.value.kind === 'array' ? spot.value.items : [];
  const spots = items.map((item, index) => child(spot, index, item));
  const branches = spots.map((branch) => buildType(building, branch));
  const seen = new Set<string>();
  for (const [index, branch] of branches.entries()) {
    const at = spots[index] ?? spot;
    const key = unionKey(branch);
    if (branch.kind === 'union') {
      building.find('AvroUnionInvalid', at, 'a union stands in a union', 'Make one list of both.');
    } else if (seen.has(key)) {
      building.find('AvroUnionInvalid', at, `a union has ${describeType(branch)} twice`, 'Keep one of the two.');
    }
    seen.add(key);
  }
  return { kind: 'union', branches, path: spot.path };
}

/** Two branches with one key cannot be told apart. */
function unionKey(branch: Type): string {
  return branch.kind === 'array' || branch.kind === 'map' || branch.kind === 'union' ? branch.kind : branch.name;
}

function buildObject(building: Building, spot: Spot, object: JsonObject): Type {
  const type = memberOf(object, 'type');
  if (type === undefined) {
    missing(building, spot, 'a type', 'type');
    return nothing(spot.path);
  }
  if (type.kind === 'string') return buildKind(building, spot, object, type.value);
  const at = child(spot, 'type', type);
  building.find('AvroAttributeInvalid', at, '"type" of a type is no name', 'Put what stands in it in its place.');
  return buildType(building, at);
}

function buildKind(building: Building, spot: Spot, object: JsonObject, kind: string): Type {
  switch (kind) {
    case 'record':
    // Of a protocol.
    case 'error':
      return buildRecord(building, spot, object, buildType) ?? nothing(spot.path);
    case 'enum':
      return buildEnum(building, spot, object) ?? nothing(spot.path);
    case 'fixed':
      return buildFixed(building, spot, object) ?? nothing(spot.path);
    case 'array':
      return { kind, items: buildInner(building, spot, object, kind, 'items'), path: spot.path };
    case 'map':
      return { kind, values: buildInner(building, spot, object, kind, 'values'), path: spot.path };
    default:
      return buildSimple(building, spot, object, kind);
  }
}

function buildInner(building: Building, spot: Spot, object: JsonObject, kind: string, key: string): Type {
  const inner = memberOf(object, key);
  if (inner !== undefined) return buildType(building, child(spot, key, inner));
  missing(building, spot, `a type "${kind}"`, key);
  return nothing(spot.path);
}

function buildSimple(building: Building, spot: Spot, object: JsonObject, name: string): Type {
  const type = buildName(building, spot, name);
  return type.kind === 'primitive' ? { ...type, logical: readLogical(building, spot, object, { name }) } : type;
}

/** Once all texts are read: every name has a definition, and not only further on. */
export function linkNames(building: Building): void {
  for (const { type, spot, source, wasDefined } of building.uses) {
    const given = spot.value.kind === 'string' ? spot.value.value : type.name;
    building.begin(source);
    if (!building.named.has(type.name) && building.named.has(given)) type.name = given;
    if (!building.named.has(type.name)) {
      const message = `"${given}" is neither a primitive type nor defined in the schema or in one of its references`;
      building.break('AvroTypeUnknown', spot, message, 'Correct the name, define it, or add the reference.');
    } else if (!wasDefined && defined(type, building).path.startsWith(`${source.prefix}/`)) {
      const message = `"${given}" is used before the schema defines it`;
      building.find('AvroUsedBeforeDefined', spot, message, 'Move its definition to where it is used first.');
    }
  }
}
