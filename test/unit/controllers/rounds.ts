import { fitterOf } from '../../../src/crds/fit-status.ts';
import { kinds } from '../../../src/crds/index.ts';
import { finalizer } from '../../../src/crds/names.ts';
import { Reason } from '../../../src/crds/reasons.ts';
import type { EventNote, KubeObject } from '../../../src/ports/kube.ts';
import type { FailureReasons } from '../../../src/runtime/judge-failure.ts';
import type { Condition, Kind, Managed } from '../../../src/runtime/kind.ts';
import { type RoundResult, runRound } from '../../../src/runtime/round.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import type { FakeStore } from '../../fakes/fake-store.ts';
import { expectIdle, type WatchesWrites } from '../../helpers/expect-idle.ts';
import { expectValidStatus } from '../../helpers/expect-valid-status.ts';

export interface RoundsOptions<R extends Managed> {
  store: FakeStore<R>;
  behaviour: Kind<R>;
  rejected?: FailureReasons['rejected'];
  /** What an idle round must not write to, beside the store. */
  outside: readonly WatchesWrites[];
  clock?: FakeClock;
  /** The resource that is meant where no key is given. */
  key: string;
}

/** Whole rounds of one kind, against fakes that keep the rules of the real parts. */
export interface Rounds {
  /** What the user was told. */
  notes: readonly EventNote[];
  /** One round. `undefined`: the resource is gone, and forgotten. */
  round(key?: string): Promise<RoundResult | undefined>;
  /**
   * Rounds as the controller runs them: until one has nothing to come back for soon, or the other side stays away.
   * The status is valid after each of them, and where all is settled one more round writes nothing.
   */
  settle(key?: string): Promise<void>;
  condition(type: string, key?: string): Condition | undefined;
  ready(key?: string): Condition | undefined;
}

/** More than any change needs, whichever of its calls fails. */
const mostRounds = 8;

export function createRounds<R extends Managed>(options: RoundsOptions<R>): Rounds {
  const { store, behaviour, rejected = {}, outside, clock = new FakeClock(), key: usual } = options;
  const notes: EventNote[] = [];
  const [resource] = store.list();
  const definition = kinds.find(({ kind }) => kind === resource?.kind);
  if (definition === undefined) throw new Error('rounds are made of resources of our kinds');
  const away = { kafka: Reason.KafkaUnavailable, registry: Reason.RegistryUnavailable };
  const throttled = { kafka: Reason.KafkaThrottled };
  const parts = {
    store,
    behaviour,
    finalizer,
    clock,
    fitStatus: fitterOf(definition),
    failureReasons: { away, throttled, rejected },
    eventTypeOf: () => undefined,
    events: { record: (_: KubeObject, note: EventNote) => void notes.push(note) },
    recheckMs: 300_000,
    slowMs: 5_000,
  };
  const round = async (key = usual): Promise<RoundResult | undefined> => {
    const resource = store.get(key);
    if (resource) return runRound(parts, resource, new AbortController().signal);
    behaviour.forget?.(key);
    return undefined;
  };
  const settle = async (key = usual): Promise<void> => {
    for (let rounds = 0; rounds < mostRounds; rounds += 1) {
      const result = await round(key);
      const resource = store.get(key);
      if (resource) expectValidStatus(resource);
      if (result && !hasSettled(result)) continue;
      // What was refused is tried again, which is a write.
      if (!result?.failure) await expectIdle(() => round(key), store, ...outside);
      return;
    }
  };
  const condition = (type: string, key = usual) =>
    store.must(key).status?.conditions?.find((candidate) => candidate.type === type);
  return { notes, round, settle, condition, ready: (key) => condition('Ready', key) };
}

function hasSettled({ outcome }: RoundResult): boolean {
  return outcome.kind === 'recheck' || outcome.kind === 'awaitChange';
}
