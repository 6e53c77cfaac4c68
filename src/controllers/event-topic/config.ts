import type { ConfigEntry } from '../../ports/kafka.ts';

/** Settings as Kafka takes them: every value a string. */
export type Settings = Readonly<Record<string, string>>;

export interface Drift {
  key: string;
  /** Absent when the setting has no value of its own any more. */
  live?: string;
  wanted: string;
}

export interface ConfigPlan {
  /** What to change: a value to set, or `undefined` to return to the default. */
  changes: ReadonlyMap<string, string | undefined>;
  /** Settings of ours that somebody else changed, whether or not they are set back. */
  drift: readonly Drift[];
}

/** The spec's scalars as strings. Numbers past 2^53 cannot arrive: the API server refuses them. */
export function settingsOf(config: Readonly<Record<string, unknown>> | undefined): Settings {
  return Object.fromEntries(Object.entries(config ?? {}).map(([key, value]) => [key, String(value)]));
}

/**
 * The three rules of configuration:
 * 1. applied before and not wanted any more: back to the default
 * 2. wanted otherwise than applied: a change, always made
 * 3. wanted as applied, but live otherwise: drift, set back under `Enforce`
 * Settings that were never ours are not touched.
 */
export function planConfig(
  wanted: Settings,
  applied: Settings,
  live: ReadonlyMap<string, ConfigEntry>,
  driftPolicy: 'Enforce' | 'Report',
): ConfigPlan {
  const changes = new Map<string, string | undefined>();
  for (const key of Object.keys(applied)) {
    if (!(key in wanted) && live.get(key)?.overridden) changes.set(key, undefined);
  }
  const drift: Drift[] = [];
  for (const [key, value] of Object.entries(wanted)) {
    const entry = live.get(key);
    if (isLive(entry, value)) continue;
    if (applied[key] === value)
      drift.push({ key, ...(entry?.value !== undefined && { live: entry.value }), wanted: value });
    if (applied[key] !== value || driftPolicy === 'Enforce') changes.set(key, value);
  }
  return { changes, drift: drift.sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

/** A value that happens to equal the broker's default is not ours until it is set on the topic itself. */
function isLive(entry: ConfigEntry | undefined, value: string): boolean {
  return entry?.overridden === true && entry.value === value;
}

/** Settings of the spec that an existing topic does not have; effective values count, wherever they come from. */
export function configMismatches(wanted: Settings, live: ReadonlyMap<string, ConfigEntry>): string[] {
  return Object.entries(wanted)
    .filter(([key, value]) => live.get(key)?.value !== value)
    .map(([key, value]) => `${key} is "${live.get(key)?.value ?? ''}" and not "${value}"`)
    .sort();
}
