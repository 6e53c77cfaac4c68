/** No more than so many of the values, in even steps, the first and the last among them. */
export function spread<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  const step = (values.length - 1) / (most - 1);
  const chosen = new Set(Array.from({ length: most }, (_, at) => Math.round(at * step)));
  return values.filter((_, at) => chosen.has(at));
}
