import { type ConfigChanges, type ConfigEntry, sameValue } from '../../../ports/kafka-config.ts';
import { matchesAny } from '../../globs.ts';
import type { Settings } from '../../topic-settings.ts';

/** The characters that the API allows a setting in the status. */
const longestApplied = 8_192;

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
  /** What a setting returns to when it leaves the spec; those that are not named return to the brokers' own. */
  defaults?: Settings;
  live: ReadonlyMap<string, ConfigEntry>;
  /** What we changed lately and the brokers do not show yet. */
  awaited?: ConfigChanges | undefined;
  driftPolicy: 'Enforce' | 'Report' | 'Ignore';
  /** Patterns of settings that belong to somebody else once the topic exists. */
  ignored?: readonly string[];
  /** Settings of which nobody can tell now what is wanted: they stay as they are. */
  held?: readonly string[];
  /** Values that rest, because the brokers showed another one after they had been set. */
  resting?: ReadonlyMap<string, string>;
}

/** A setting that is not what it is to be and stays so. */
export interface Unmet {
  key: string;
  /** Absent: it is to return to the brokers' own. */
  wanted?: string;
  live?: string;
  /** It left the spec. */
  left: boolean;
  /** The brokers refuse it, with their words, or show another value than was set. */
  cause: { kind: 'refused'; words: string } | { kind: 'rewritten' };
}

export interface ConfigPlan {
  /** What to change: a value to set, or `undefined` to return to the default. */
  changes: ConfigChanges;
  /** Those of `changes` that left the spec. */
  returns: ReadonlySet<string>;
  /** Settings of ours that somebody else changed, whether or not they are set back. */
  drift: readonly Drift[];
  unmet: readonly Unmet[];
  /** Settings that we changed and nobody has seen in effect. */
  awaited: readonly string[];
  /** What counts as applied as of this look: what was seen in effect, and what was sent. */
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
  const { ignored = [] } = question;
  const mine = (settings: Settings) => Object.entries(settings).filter(([key]) => !matchesAny(key, ignored));
  const draft: Draft = {
    changes: new Map(),
    returns: new Set(),
    drift: [],
    unmet: [],
    awaited: [],
    applied: new Map(),
  };
  for (const [key, before] of mine(question.applied)) {
    if (!Object.hasOwn(question.wanted, key)) planReturn(draft, question, key, before);
  }
  for (const [key, value] of mine(question.wanted)) planValue(draft, question, key, value);
  return {
    changes: draft.changes,
    returns: draft.returns,
    drift: draft.drift.sort(byKey),
    unmet: draft.unmet.sort(byKey),
    awaited: draft.awaited.sort(),
    applied: Object.fromEntries(draft.applied),
  };
}

interface Draft {
  changes: Map<string, string | undefined>;
  returns: Set<string>;
  drift: Drift[];
  unmet: Unmet[];
  awaited: string[];
  applied: Map<string, string>;
}

/** A setting that left the spec is ours until it is seen where it returns to; from then on it is left alone. */
function planReturn(draft: Draft, question: ConfigQuestion, key: string, before: string): void {
  const { defaults = {}, live, held = [], awaited } = question;
  const target = Object.hasOwn(defaults, key) ? defaults[key] : undefined;
  const entry = live.get(key);
  const isThere = target === undefined ? entry?.overridden !== true : isLive(entry, target);
  if (isThere && awaited?.has(key) !== true) return;
  draft.applied.set(key, before);
  if (!held.includes(key)) change(draft, question, { key, target, left: true });
}

function planValue(draft: Draft, question: ConfigQuestion, key: string, value: string): void {
  const { applied, live, driftPolicy } = question;
  const entry = live.get(key);
  const before = Object.hasOwn(applied, key) ? applied[key] : undefined;
  const isAwaited = question.awaited?.has(key) === true;
  if (isLive(entry, value) && !isAwaited) {
    draft.applied.set(key, value);
    return;
  }
  if (before !== undefined) draft.applied.set(key, before);
  const wasApplied = before !== undefined && sameValue(before, value);
  if (wasApplied && !isAwaited) {
    draft.drift.push({ key, ...(entry?.value !== undefined && { live: entry.value }), wanted: value });
    if (driftPolicy !== 'Enforce') return;
  }
  const outcome = change(draft, question, { key, target: value, left: false });
  // Ours to reset one day is what became of our value, whatever the brokers made of it.
  if (outcome === 'rests' && !wasApplied && entry?.overridden === true) draft.applied.set(key, became(entry) ?? value);
}

/** `undefined`: not disclosed, or more than a status takes. */
function became({ value }: ConfigEntry): string | undefined {
  return value !== undefined && value.length <= longestApplied ? value : undefined;
}

interface Wish {
  key: string;
  target: string | undefined;
  left: boolean;
}

/** Makes the change, or says why it is not made now. */
function change(draft: Draft, question: ConfigQuestion, { key, target, left }: Wish): 'rests' | 'waits' | 'made' {
  const { live, awaited, resting } = question;
  const rested = resting?.get(key);
  if (target !== undefined && rested !== undefined && sameValue(rested, target)) {
    draft.unmet.push(unmet({ key, target, left }, live, { kind: 'rewritten' }));
    return 'rests';
  }
  if (awaited?.has(key) === true) {
    const sent = awaited.get(key);
    if (sent !== undefined) draft.applied.set(key, sent);
    draft.awaited.push(key);
    return 'waits';
  }
  draft.changes.set(key, target);
  if (left) draft.returns.add(key);
  return 'made';
}

function unmet({ key, target, left }: Wish, live: ConfigQuestion['live'], cause: Unmet['cause']): Unmet {
  const value = live.get(key)?.value;
  return {
    key,
    ...(target !== undefined && { wanted: target }),
    ...(value !== undefined && { live: value }),
    left,
    cause,
  };
}

/** The same plan without the changes that the brokers refuse; `refused` has their words, by setting. */
export function withoutRefused(
  plan: ConfigPlan,
  live: ReadonlyMap<string, ConfigEntry>,
  refused: ReadonlyMap<string, string>,
): ConfigPlan {
  const added = [...plan.changes].flatMap(([key, target]) => {
    const words = refused.get(key);
    const wish = { key, target, left: plan.returns.has(key) };
    return words === undefined ? [] : [unmet(wish, live, { kind: 'refused', words })];
  });
  const changes = new Map([...plan.changes].filter(([key]) => !refused.has(key)));
  return { ...plan, changes, unmet: [...plan.unmet, ...added].sort(byKey) };
}

function byKey(one: { key: string }, other: { key: string }): number {
  return one.key < other.key ? -1 : 1;
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
  const isDefault = (key: string, value = '') => Object.hasOwn(defaults, key) && sameValue(defaults[key] ?? '', value);
  const own = [...live].filter(([key, { overridden, value }]) => overridden && !isDefault(key, value));
  return Object.fromEntries(own.flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])));
}
