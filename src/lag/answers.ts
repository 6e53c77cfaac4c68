import { Fault, type Settled } from '../ports/fault.ts';
import type { CommittedOffsets, GroupState, TopicOffsets } from '../ports/kafka.ts';
import type { GroupAnswers } from './sample.ts';

/** What the brokers answered in one tick, by group and by topic. */
export interface Answers {
  states: ReadonlyMap<string, Settled<GroupState>>;
  committed: ReadonlyMap<string, Settled<CommittedOffsets>>;
  offsets: ReadonlyMap<string, Settled<TopicOffsets>>;
}

/** One answer per name: its own, or the Fault of the whole question. Anything that is no Fault is a bug and goes on. */
export async function askAll<T>(
  what: string,
  names: readonly string[],
  ask: () => Promise<ReadonlyMap<string, Settled<T>>>,
): Promise<ReadonlyMap<string, Settled<T>>> {
  if (names.length === 0) return new Map();
  const answerOf = await ask().then(
    (answers) => (name: string) => answers.get(name) ?? unanswered(what, name),
    (error) => () => ({ ok: false as const, fault: asFault(error) }),
  );
  return new Map(names.map((name) => [name, answerOf(name)]));
}

/** The part of the answers that is about one group. */
export function answersFor(groupId: string, topics: readonly string[], all: Answers): GroupAnswers {
  const offsetsOf = (topic: string) => all.offsets.get(topic) ?? unanswered('offsets of topic', topic);
  return {
    group: all.states.get(groupId) ?? unanswered('the state of group', groupId),
    committed: all.committed.get(groupId) ?? unanswered('offsets of group', groupId),
    offsets: new Map(topics.map((topic) => [topic, offsetsOf(topic)])),
  };
}

/** For `catch`: returns a Fault, and throws anything else again. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  throw error;
}

function unanswered(what: string, name: string): { ok: false; fault: Fault } {
  return { ok: false, fault: new Fault('kafka', 'unavailable', `cannot read ${what} "${name}": no answer`) };
}
