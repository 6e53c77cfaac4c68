import { sleep, withDeadline } from '../base/time.ts';
import type { Clock } from '../ports/clock.ts';
import { Fault } from '../ports/fault.ts';
import type { KafkaAdmin } from '../ports/kafka.ts';
import type { Log } from '../ports/log.ts';
import { type Answers, answersFor, asFault, askAll } from './answers.ts';
import { LagHistory } from './history.ts';
import { createLooker } from './look.ts';
import { snapshotOf } from './measure.ts';
import { nothingRead, type Reading, readingOf, withoutGone } from './reading.ts';
import { firstOf, lookUpAgainMs, lookUpsOf, recordEnds, recordGroup } from './sample.ts';
import { type GroupSnapshot, type LagSubscription, staleSnapshot } from './snapshot.ts';

/** Of this many ticks' length: how long a question may take, and how old a snapshot may be. */
const patienceTicks = 2;

export interface LagPollerOptions {
  /** The client of the cluster as it is now: it may be replaced while the poller runs. */
  kafka(): KafkaAdmin;
  clock: Clock;
  log: Log;
  tickMs: number;
  /** A new snapshot of `key` is there. */
  onSnapshot(key: string): void;
}

/** The lag of all consumer groups of one Kafka cluster, at the cost of a few requests per tick. */
export interface LagPoller {
  /** Adds or changes what is watched for `key`. The first snapshot comes with the next tick. */
  subscribe(key: string, subscription: LagSubscription): void;
  unsubscribe(key: string): void;
  /** The newest snapshot; one older than two ticks says that nothing is known. `undefined`: none yet. */
  snapshot(key: string): GroupSnapshot | undefined;
  /** Polls until `signal` aborts. Never rejects. A cluster that does not answer delays nobody else. */
  run(signal: AbortSignal): Promise<void>;
}

interface Watched {
  key: string;
  subscription: LagSubscription;
  /** As last seen: a group whose state cannot be read still reads what it read before. */
  reading: Reading;
  snapshot: GroupSnapshot | undefined;
}

export function createLagPoller({ kafka, clock, log, tickMs, onSnapshot }: LagPollerOptions): LagPoller {
  const watched = new Map<string, Watched>();
  const history = new LagHistory(tickMs);
  const looker = createLooker({ kafka, clock });

  /** What `call` returns, or a Fault when that takes longer than `ms`. */
  function inTime<T>(ms: number, signal: AbortSignal, call: (until: AbortSignal) => Promise<T>): Promise<T> {
    const late = () => new Fault('kafka', 'unavailable', `no answer within ${ms / 1000} s`, { code: 'TIMEOUT' });
    return withDeadline({ clock, ms, late, signal }, call);
  }

  async function tick(signal: AbortSignal): Promise<void> {
    const polled = [...watched.values()];
    const answers = await ask(polled, signal);
    if (signal.aborted) return;
    const atMs = clock.monotonicMs();
    recordEnds(history, answers.offsets, atMs);
    const samples = polled.map((one) => {
      const { subscription } = one;
      const own = answersFor(subscription.groupId, one.reading.topics, answers);
      const { topics, unread } = withoutGone(one.reading, subscription, own);
      return { one, topics, unread, sample: recordGroup(history, subscription, topics, own, atMs) };
    });
    const lookUps = samples.flatMap(({ sample }) => lookUpsOf(sample, lookUpAgainMs));
    await inTime(tickMs / 2, signal, (until) => looker.lookAt(firstOf(lookUps), until)).catch(asFault);
    for (const { one, topics, unread, sample } of samples) {
      one.snapshot = snapshotOf(sample, topics, unread);
      if (watched.get(one.key) === one) onSnapshot(one.key);
    }
    const topics = new Set(answers.offsets.keys());
    history.retain(topics, new Set(answers.states.keys()));
    looker.retain(topics);
  }

  async function ask(polled: readonly Watched[], signal: AbortSignal): Promise<Answers> {
    const patient = <T>(call: (until: AbortSignal) => Promise<T>) => inTime(patienceTicks * tickMs, signal, call);
    const groups = unique(polled.map(({ subscription }) => subscription.groupId));
    const [states, committed] = await Promise.all([
      askAll('the state of group', groups, () => patient((until) => kafka().describeGroups(groups, { signal: until }))),
      askAll('offsets of group', groups, () => patient((until) => kafka().readCommitted(groups, { signal: until }))),
    ]);
    for (const one of polled) {
      const { groupId } = one.subscription;
      one.reading = readingOf(one.subscription, states.get(groupId), committed.get(groupId), one.reading);
    }
    const topics = unique(polled.flatMap(({ reading }) => reading.topics));
    // After the positions, so that a position past the end is never just a record that came in between.
    const offsets = await askAll('offsets of topic', topics, () =>
      patient((until) => kafka().readOffsets(topics, { signal: until })),
    );
    return { states, committed, offsets };
  }

  /** A tick that the end of the run cuts off fails by that, which is worth no line. */
  function note(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) log.error('lag poll failed', { error });
  }

  return {
    subscribe(key, subscription) {
      const before = watched.get(key);
      if (before && sameSubscription(before.subscription, subscription)) return;
      watched.set(key, { key, subscription, reading: nothingRead, snapshot: undefined });
    },
    unsubscribe(key) {
      watched.delete(key);
    },
    snapshot(key) {
      const snapshot = watched.get(key)?.snapshot;
      if (snapshot === undefined) return undefined;
      const old = clock.monotonicMs() - snapshot.sampledAtMs > patienceTicks * tickMs;
      return old ? staleSnapshot(snapshot) : snapshot;
    },
    async run(signal) {
      while (!signal.aborted) {
        const startMs = clock.monotonicMs();
        if (watched.size > 0) await tick(signal).catch((error) => note(error, signal));
        const tookMs = clock.monotonicMs() - startMs;
        // A cluster slower than the tick is not asked without a break.
        await sleep(clock, Math.max(tickMs - tookMs, tickMs / 5), signal);
      }
    },
  };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function sameSubscription(a: LagSubscription, b: LagSubscription): boolean {
  return a.groupId === b.groupId && a.offsetReset === b.offsetReset && a.topics.join() === b.topics.join();
}
