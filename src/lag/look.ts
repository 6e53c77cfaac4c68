import type { Clock } from '../ports/clock.ts';
import { Fault } from '../ports/fault.ts';
import type { FoundRecord, KafkaAdmin } from '../ports/kafka.ts';
import { asFault } from './answers.ts';
import { believe, longestKeptMs } from './record-time.ts';
import type { LookUp } from './sample.ts';

/** A record that claims to be older is held against what its topic keeps, which costs a request. */
const oldMs = 86_400_000;
const keptForMs = 600_000;

/** Looks at the log where a lag alone does not tell enough, and notes in the history of the position what is there. */
export interface Looker {
  /** Ends when all are answered or `signal` aborts; a failure is noted as well. */
  lookAt(lookUps: readonly LookUp[], signal: AbortSignal): Promise<void>;
  /** Forgets the settings of topics that nobody reads any more. */
  retain(topics: ReadonlySet<string>): void;
}

export function createLooker({ kafka, clock }: { kafka(): KafkaAdmin; clock: Clock }): Looker {
  const kept = new Map<string, { ms: number | undefined; atMs: number }>();

  async function lookAtOne({ topic, partition, offset, lag, history }: LookUp, signal: AbortSignal): Promise<void> {
    history.lookedUpMs = clock.monotonicMs();
    const answer = await kafka().findRecord(topic, partition, offset, { signal }).catch(asFault);
    const found = answer instanceof Fault && signal.aborted ? tooLate(topic) : answer;
    history.lookFault = found instanceof Fault ? found : undefined;
    history.goesOn = false;
    if (found === undefined || found instanceof Fault) return;
    history.noteLook(offset, found);
    if (found.kind !== 'none') return date({ topic, history }, found, signal);
    // There is more than one look can take in: it goes on in its turn.
    history.goesOn = found.until > offset && found.until < offset + BigInt(lag);
  }

  async function date(
    { topic, history }: Pick<LookUp, 'topic' | 'history'>,
    { offset, time }: Exclude<FoundRecord, { kind: 'none' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const now = clock.now();
    const isOld = time !== undefined && now.getTime() - time.getTime() > oldMs;
    const age = believe(time, now, isOld ? await keptMs(topic, signal) : undefined);
    history.timeDoubt = age.kind === 'doubt' ? age.why : undefined;
    if (age.kind === 'age') history.anchor = { offset: Number(offset), appendedMs: clock.monotonicMs() - age.ms };
  }

  async function keptMs(topic: string, signal: AbortSignal): Promise<number | undefined> {
    const known = kept.get(topic);
    if (known !== undefined && clock.monotonicMs() - known.atMs < keptForMs) return known.ms;
    // Where the settings may not be seen, the record is believed: it makes a lag older, never younger.
    const state = await kafka().describeTopic(topic, { signal }).catch(asFault);
    const ms = state === undefined || state instanceof Fault ? undefined : longestKeptMs(state.config);
    // Another failure may be over with the next look.
    const lasts = !(state instanceof Fault) || state.kind === 'denied';
    if (lasts) kept.set(topic, { ms, atMs: clock.monotonicMs() });
    return ms;
  }

  return {
    async lookAt(lookUps, signal) {
      await Promise.all(lookUps.map((lookUp) => lookAtOne(lookUp, signal)));
    },
    retain(topics) {
      for (const topic of kept.keys()) if (!topics.has(topic)) kept.delete(topic);
    },
  };
}

function tooLate(topic: string): Fault {
  return new Fault('kafka', 'unavailable', `cannot look at records of topic "${topic}": no answer in time`);
}
