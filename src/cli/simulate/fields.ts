import { UserError } from '../shell.ts';
import { nearest } from '../suggest.ts';

/** An object of a file, and where it stands in it, such as `world.`; empty: it is the whole. */
export interface Fields {
  source: string;
  path: string;
  values: Readonly<Record<string, unknown>>;
}

export interface Range {
  least: number;
  most?: number;
  /** Only whole numbers. */
  whole?: boolean;
  /** More than `least`. */
  above?: boolean;
}

const whereItIsTold = 'docs/simulate.md says what a trace has, with units and an example.';

export function fieldsOf(source: string, path: string, value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { source, path: path === '' ? '' : `${path}.`, values: { ...value } };
  }
  throw refused(source, path === '' ? 'the file' : path, value, 'an object');
}

/** The number at a field, which has to be there. */
export function numberAt(fields: Fields, name: string, range: Range): number {
  const value = fields.values[name];
  if (!isIn(range, value)) throw refused(fields.source, fields.path + name, value, describe(range));
  return value;
}

/** The same, or `absent` where there is none. */
export function numberOr<T>(absent: T, fields: Fields, name: string, range: Range): number | T {
  return fields.values[name] === undefined ? absent : numberAt(fields, name, range);
}

/** The numbers of a list, `count` of them. */
export function numbersAt(fields: Fields, name: string, range: Range, count: Count): readonly number[] {
  return numbersIn(fields.source, fields.path + name, fields.values[name], range, count);
}

/** So many, because a field has that number. */
export interface Count {
  of: string;
  many: number;
}

export function numbersIn(
  source: string,
  path: string,
  value: unknown,
  range: Range,
  { of, many }: Count,
): readonly number[] {
  const list = listIn(source, path, value);
  if (list.length !== many) {
    throw wrong(source, `${path} has a length of ${list.length}, and ${of} is ${many}`);
  }
  return list.map((one, at) => {
    if (!isIn(range, one)) throw refused(source, `${path}[${at}]`, one, describe(range));
    return one;
  });
}

export function listIn(source: string, path: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw refused(source, path, value, 'a list');
  return value;
}

export function oneOf<T extends string, D>(fields: Fields, name: string, known: readonly T[], absent: D): T | D {
  const value = fields.values[name];
  if (value === undefined) return absent;
  const found = known.find((one) => one === value);
  if (found === undefined) throw refused(fields.source, fields.path + name, value, `one of ${known.join(', ')}`);
  return found;
}

/** A line for each field that has no meaning here. */
export function unknownFields({ source, path, values }: Fields, known: readonly string[]): string[] {
  return Object.keys(values)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      return `warning: ${source}: ${path}${name} is not read${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
}

export function wrong(source: string, what: string): UserError {
  return new UserError(`${source}: ${what}`, whereItIsTold);
}

function refused(source: string, path: string, value: unknown, wanted: string): UserError {
  if (value === undefined) return wrong(source, `${path} is missing; it has to be ${wanted}`);
  return wrong(source, `${path} is ${shown(value)}, and has to be ${wanted}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function isIn({ least, most = Number.MAX_SAFE_INTEGER, whole, above }: Range, value: unknown): value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  return value >= least && value <= most && !(above && value === least) && (!whole || Number.isInteger(value));
}

function describe({ least, most, whole, above }: Range): string {
  const kind = whole ? 'a whole number' : 'a number';
  if (most !== undefined) return `${kind} from ${least} to ${most}`;
  return above ? `${kind} above ${least}` : `${kind} of ${least} or more`;
}
