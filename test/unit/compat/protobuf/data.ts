import protobuf from 'protobufjs';

export type Chance = () => number;

/** A number from 0 to 1 each time, and for each seed the same ones. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Plain = Record<string, unknown>;

/** Data that the type may write, encoded; `undefined`: it requires itself without end. */
export function dataOf(type: protobuf.Type, chance: Chance): Uint8Array | undefined {
  const value = messageOf(type, chance, 0);
  return value && type.encode(value).finish();
}

function messageOf(type: protobuf.Type, chance: Chance, depth: number): Plain | undefined {
  if (depth > 8) return undefined;
  const made: Plain = {};
  const taken = new Set<string>();
  for (const field of type.fieldsArray) {
    field.resolve();
    const oneof = field.partOf?.name;
    if (!field.required && (chance() < (depth > 2 ? 0.9 : 0.3) || (oneof !== undefined && taken.has(oneof)))) continue;
    const value = fieldValue(field, chance, depth);
    if (value === undefined) {
      if (field.required) return undefined;
      continue;
    }
    if (oneof !== undefined) taken.add(oneof);
    made[field.name] = value;
  }
  return made;
}

function fieldValue(field: protobuf.Field, chance: Chance, depth: number): unknown {
  const one = () => valueFor(field, chance, depth);
  if (field instanceof protobuf.MapField) {
    const entries = ['k', 'l'].slice(0, 1 + Math.floor(chance() * 2)).map((key) => [key, one()] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  if (field.repeated)
    return Array.from({ length: Math.floor(chance() * 4) }, one).filter((value) => value !== undefined);
  const value = one();
  // Where presence does not count, nobody writes zero.
  return !field.required && !field.hasPresence && isZero(value) ? undefined : value;
}

function isZero(value: unknown): boolean {
  return value === false || value === '' || Number(value) === 0 || (value instanceof Uint8Array && value.length === 0);
}

const integers = [0, 1, -1, 2, 3, 127, 300, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32 - 1, 2 ** 53, -(2 ** 53)];

function valueFor(field: protobuf.Field, chance: Chance, depth: number): unknown {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(chance() * values.length)] as T;
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Enum) return pick(Object.values(resolvedType.values));
  if (resolvedType) return messageOf(resolvedType, chance, depth + 1);
  switch (field.type) {
    case 'string':
      return pick(['', 'a', 'ü€', 'long enough to be something else']);
    case 'bytes':
      return pick([new Uint8Array(), new Uint8Array([0xff]), new Uint8Array([0x08, 0x01]), new Uint8Array([0x61])]);
    case 'bool':
      return chance() < 0.5;
    case 'float':
    case 'double':
      return pick([0, 1, -1.5, 2 ** 40]);
    default:
      return pick(integers.filter((value) => fits(field.type, value)));
  }
}

function fits(type: string, value: number): boolean {
  const isUnsigned = type.startsWith('u') || type.startsWith('fixed');
  if (isUnsigned && value < 0) return false;
  if (type.includes('64')) return true;
  return isUnsigned ? value < 2 ** 32 : value >= -(2 ** 31) && value < 2 ** 31;
}
