import type { ConfigChanges, ConfigEntry } from '../../ports/kafka.ts';
import { sameValue } from '../../ports/kafka-values.ts';
import { matchesAny } from '../globs.ts';
import type { Settings } from '../topic-settings.ts';

export interface Drift {
  key: string;
  /** Absent when the setting has no value of its own any more. */
  live?: string;
  wanted: string;
}

export interface ConfigQuestion {
  wanted: Settings;
  /** What we applied last. */
  applied: Settings;
  live: ReadonlyMap<string, ConfigEntry>;
  driftPolicy: 'Enforce' | 'Report' | 'Ignore';
  /** Patterns of settings that belong to somebody else once the topic exists. */
  ignored?: readonly string[];
  /** Settings of which nobody can tell now what is wanted: they stay as they are. */
  held?: readonly string[];
  /** Settings that the brokers refuse, with their words. */
  refused?: ReadonlyMap<string, string>;
  /** Settings that rest, because the brokers showed another value after they had been set. */
  resting?: ReadonlySet<string>;
}

export interface ConfigPlan {
  /** What to change: a value to set, or `undefined` to return to the default. */
  changes: ConfigChanges;
  /** Settings of ours that somebody else changed, whether or not they are set back. */
  drift: readonly Drift[];
  /** Settings that are not what is wanted and stay so: the brokers refuse the value, or show another one. */
  unmet: readonly { key: string; cause: 'refused' | 'rewritten'; message: string }[];
  /** What counts as applied as of this look. */
  applied: Settings;
}

/**
 * The three rules of configuration:
 * 1. applied before and not wanted any more: back to the default
 * 2. wanted otherwise than applied: a change, always made
 * 3. wanted as applied, but live otherwise: drift, set back under `Enforce`, told under `Report`
 * Settings that were never ours, or are ignored, are not touched.
 */
export function planConfig(question: ConfigQuestion): ConfigPlan {
  const { live, ignored = [], held = [] } = question;
  const mine = (settings: Settings) => Object.entries(settings).filter(([key]) => !matchesAny(key, ignored));
  const changes = new Map<string, string | undefined>();
  const applied = new Map<string, string>();
  const drift: Drift[] = [];
  const unmet: ConfigPlan['unmet'][number][] = [];
  for (const [key, value] of mine(question.applied)) {
    if (Object.hasOwn(question.wanted, key) || live.get(key)?.overridden !== true) continue;
    applied.set(key, value);
    if (!held.includes(key)) changes.set(key, undefined);
  }
  for (const [key, value] of mine(question.wanted)) {
    const entry = live.get(key);
    const before = Object.hasOwn(question.applied, key) ? question.applied[key] : undefined;
    if (isLive(entry, value)) {
      applied.set(key, value);
      continue;
    }
    const drifted = before !== undefined && sameValue(before, value);
    if (drifted) drift.push({ key, ...(entry?.value !== undefined && { live: entry.value }), wanted: value });
    if (before !== undefined) applied.set(key, before);
    if (drifted && question.driftPolicy !== 'Enforce') continue;
    const refusal = question.refused?.get(key);
    if (refusal !== undefined) {
      unmet.push({ key, cause: 'refused', message: refusal });
    } else if (question.resting?.has(key) === true) {
      unmet.push({ key, cause: 'rewritten', message: rewritten(key, value, entry) });
      // It was set by us, so it is ours to reset.
      applied.set(key, value);
    } else {
      changes.set(key, value);
    }
  }
  return {
    changes,
    drift: drift.sort((a, b) => (a.key < b.key ? -1 : 1)),
    unmet: unmet.sort((a, b) => (a.key < b.key ? -1 : 1)),
    applied: Object.fromEntries(applied),
  };
}

function rewritten(key: string, value: string, entry: ConfigEntry | undefined): string {
  const shown = entry?.value === undefined ? 'no value' : `"${entry.value}"`;
  return `${key} was set to "${value}" and the brokers show ${shown}: set spec.config to what they show, or list the setting in spec.ignoreConfigKeys; it is tried again once an hour`;
}

/** A value that happens to equal the broker's default is not ours until it is set on the topic itself. */
function isLive(entry: ConfigEntry | undefined, value: string): boolean {
  return entry?.overridden === true && entry.value !== undefined && sameValue(entry.value, value);
}

/** Settings of the spec that an existing topic does not have; effective values count, wherever they come from. */
export function configMismatches(
  wanted: Settings,
  live: ReadonlyMap<string, ConfigEntry>,
  ignored: readonly string[] = [],
): string[] {
  return Object.entries(wanted)
    .filter(([key]) => !matchesAny(key, ignored))
    .filter(([key, value]) => !sameValue(live.get(key)?.value ?? '', value))
    .map(([key, value]) => `${key} is "${live.get(key)?.value ?? ''}" and not "${value}"`)
    .sort();
}

/** What stands on the topic itself, apart from what `defaults` put there. */
export function overridesOf(live: ReadonlyMap<string, ConfigEntry>, defaults: Settings): Settings {
  const own = [...live].filter(([key, { overridden }]) => overridden && !Object.hasOwn(defaults, key));
  return Object.fromEntries(own.flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])));
}
