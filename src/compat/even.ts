import { escapeStep, type Json, type JsonObject, type Member } from './json.ts';

/** A JSON value without what JSON does not distinguish; leaves are JSON texts. */
export type Even = string | readonly Even[] | ReadonlyMap<string, Even>;

export function evenJson(value: Json): Even {
  switch (value.kind) {
    case 'object':
      return evenObject(value, {});
    case 'array':
      return value.items.map(evenJson);
    case 'string':
      return evenText(value.value);
    case 'number':
      return evenNumber(value.text);
    case 'boolean':
      return String(value.value);
    case 'null':
      return 'null';
  }
}

export function evenText(text: string): Even {
  return JSON.stringify(text);
}

/** By value, and beyond 2^53 digit by digit. */
function evenNumber(text: string): Even {
  const value = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? text : String(value);
}

type Evener = (value: Json) => Even | undefined;

/** `eveners`: for members that mean more than JSON; one that returns `undefined` leaves its member out. */
export function evenObject(object: JsonObject, eveners: Readonly<Record<string, Evener>>): Even {
  const even = new Map<string, Even>();
  for (const { key, value } of lastOfEach(object)) {
    const evened = Object.hasOwn(eveners, key) ? eveners[key]?.(value) : evenJson(value);
    if (evened !== undefined) even.set(key, evened);
  }
  return even;
}

function lastOfEach({ members }: JsonObject): Iterable<Member> {
  return new Map(members.map((member) => [member.key, member])).values();
}

/** Whether there is no difference; ends at the first one. */
export function areEven(one: Even, other: Even | undefined): boolean {
  if (typeof one === 'string' || typeof other === 'string' || other === undefined) return one === other;
  if (isList(one) !== isList(other)) return false;
  const [ones, others] = [membersOf(one), membersOf(other)];
  if (ones.size !== others.size) return false;
  for (const [key, value] of ones) if (!areEven(value, others.get(key))) return false;
  return true;
}

/** JSON pointers to where the two differ, in the order of the first. */
export function pathsOfDifference(one: Even, other: Even | undefined, path = ''): readonly string[] {
  if (typeof one === 'string' || typeof other === 'string' || other === undefined) return one === other ? [] : [path];
  if (isList(one) !== isList(other)) return [path];
  const [ones, others] = [membersOf(one), membersOf(other)];
  const added = [...others.keys()].filter((key) => !ones.has(key)).map((key) => pointerTo(path, key));
  const differing = [...ones].flatMap(([key, value]) =>
    pathsOfDifference(value, others.get(key), pointerTo(path, key)),
  );
  return [...differing, ...added];
}

function pointerTo(path: string, key: string | number): string {
  return `${path}/${escapeStep(key)}`;
}

/** Each step of a JSON pointer as it is in the schema. */
export function stepsOf(pointer: string): readonly string[] {
  const steps = pointer.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function membersOf(even: Exclude<Even, string>): ReadonlyMap<string | number, Even> {
  return isList(even) ? new Map(even.entries()) : even;
}

export function isList(even: Even): even is readonly Even[] {
  return Array.isArray(even);
}
