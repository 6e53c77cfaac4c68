import { clip } from '../base/text.ts';

/** Settings of a topic as Kafka takes them: every value a string. */
export type Settings = Readonly<Record<string, string>>;

/** The spec's scalars as strings. Those that are `unusableSettings` are left out. */
export function settingsOf(config: Readonly<Record<string, unknown>> | undefined): Settings {
  const usable = Object.entries(config ?? {}).filter(([, value]) => problemOf(value) === undefined);
  return Object.fromEntries(usable.map(([key, value]) => [key, String(value)]));
}

/** Settings that cannot be used as they are written, sorted, each with why, and what to write instead. */
export function unusableSettings(
  config: Readonly<Record<string, unknown>> | undefined,
): ReadonlyMap<string, { why: string; instead: string }> {
  const problems = Object.entries(config ?? {}).flatMap(([key, value]) => {
    const problem = problemOf(value);
    return problem === undefined ? [] : [[key, problem] as const];
  });
  return new Map(problems.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** `spec.config a: why, so it is not used; what to write instead`, for each of them. */
export function describeUnusable(field: string, unusable: ReturnType<typeof unusableSettings>): string {
  const each = [...unusable].map(([key, { why, instead }]) => `${key}: ${why}, so it is not used; ${instead}`);
  return `${field} ${each.join('; ')}`;
}

/** JSON keeps the digits of numbers up to 2^53 only, so what arrived may not be what was written. */
function problemOf(value: unknown): { why: string; instead: string } | undefined {
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    return { why: 'a number past 2^53 loses digits on its way', instead: 'quote it' };
  }
  if (Array.isArray(value)) return { why: 'a list is no value', instead: `write it as text: ${textOf(value)}` };
  if (value === null) return { why: 'null is no value', instead: 'remove the setting, or write its value as text' };
  if (typeof value === 'object') {
    return { why: 'a map is no value', instead: 'write each setting with its whole name, such as retention.ms' };
  }
  return undefined;
}

const longestText = 80;

function textOf(items: readonly unknown[]): string {
  const text = items.map((item) => (typeof item === 'object' ? '…' : String(item))).join(',');
  return JSON.stringify(clip(text, longestText));
}
