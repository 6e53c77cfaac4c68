/** Settings of a topic as Kafka takes them: every value a string. */
export type Settings = Readonly<Record<string, string>>;

/** The spec's scalars as strings. Those that are `unsafeNumbers` are left out. */
export function settingsOf(config: Readonly<Record<string, unknown>> | undefined): Settings {
  const safe = Object.entries(config ?? {}).filter(([, value]) => !isUnsafe(value));
  return Object.fromEntries(safe.map(([key, value]) => [key, String(value)]));
}

/** Settings given as numbers whose last digits JSON does not keep. */
export function unsafeNumbers(config: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  return Object.entries(config ?? {})
    .filter(([, value]) => isUnsafe(value))
    .map(([key]) => key)
    .sort();
}

function isUnsafe(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}
