/**
 * What a map of keys that somebody else chose has under `key`. A plain look at `map[key]` finds what every object
 * inherits: under `constructor`, `toString` or `__proto__` there is always something.
 */
export function lookUp<V>(map: Readonly<Record<string, V>> | undefined, key: string): V | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Whether a value is an object of JSON: no list, and not null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
