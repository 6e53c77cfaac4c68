import { matchesAny, matchesGlob } from '../../controllers/globs.ts';
import type { ListedTopic } from '../../ports/kafka.ts';

export interface Selection {
  /** Names of the topics to write, sorted. */
  chosen: readonly string[];
  internal: readonly string[];
  owned: readonly string[];
  /** Patterns that no topic matches. */
  unmatched: readonly string[];
}

/** Which topics to write. Those of the brokers are left out, and those of `owned`, which EventTopics name already. */
export function selectTopics(
  listed: readonly ListedTopic[],
  patterns: readonly string[],
  owned: ReadonlySet<string> = new Set(),
): Selection {
  const matching = listed.filter(({ name }) => matchesAny(name, patterns));
  const [internal, usable] = partition(matching, isInternal);
  const [left, chosen] = partition(usable, ({ name }) => owned.has(name));
  return {
    chosen: namesOf(chosen),
    internal: namesOf(internal),
    owned: namesOf(left),
    unmatched: patterns.filter((pattern) => !listed.some(({ name }) => matchesGlob(name, pattern))),
  };
}

export function isInternal({ name, internal }: ListedTopic): boolean {
  return internal || name.startsWith('__');
}

function namesOf(topics: readonly ListedTopic[]): readonly string[] {
  return topics.map(({ name }) => name).sort();
}

function partition<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}
