import type { EventConsumerSpec } from '../../crds/event-consumer.ts';
import { bucketLag } from '../../lag/bucket.ts';
import type { GroupSnapshot } from '../../lag/snapshot.ts';
import type { ScaleTarget } from '../../ports/scale-target.ts';
import { learnFrom, noteAsked } from '../../scaling/decide.ts';
import { type EngineState, initialEngineState } from '../../scaling/state.ts';
import type { LagView, LastDecision, Learned } from './observed.ts';

/** The status follows the lag at most this often: a lag that moves all the time is a metric. */
const lagStatusMs = 30_000;

interface Entry {
  engine: EngineState;
  lag: { view: LagView; atMs: number } | undefined;
  /** A size that we set, until the watch shows a target newer than the one it was set on. */
  scaled: { resourceVersion: string; replicas: number } | undefined;
  lastDecision: LastDecision | undefined;
}

/** What is learned of each consumer from one round to the next. After a restart it is learned anew. */
export class ConsumerMemory {
  readonly #entries = new Map<string, Entry>();

  /** Takes in what a look shows, for a decision that is made on it. */
  learn(
    key: string,
    scaling: EventConsumerSpec['scaling'],
    target: ScaleTarget,
    snapshot: GroupSnapshot | undefined,
    nowMs: number,
  ): Learned {
    const replicas = this.#replicasOf(key, target);
    const entry = this.#entry(key, replicas, nowMs);
    const facts = { replicas, ready: target.ready, group: snapshot };
    entry.engine = learnFrom(scaling, facts, entry.engine, nowMs);
    return { facts, state: entry.engine, nowMs };
  }

  /** The lag in the words of the status: rounded, and the same for at least 30 s. */
  lagView(key: string, snapshot: GroupSnapshot | undefined, maxLagSeconds: number, nowMs: number): LagView | undefined {
    const entry = this.#entries.get(key);
    if (!entry || !snapshot) return entry?.lag?.view;
    const view = lagViewOf(snapshot, maxLagSeconds);
    const due = entry.lag === undefined || nowMs - entry.lag.atMs >= lagStatusMs;
    if (due && JSON.stringify(entry.lag?.view) !== JSON.stringify(view)) entry.lag = { view, atMs: nowMs };
    return entry.lag?.view;
  }

  lastDecision(key: string): LastDecision | undefined {
    return this.#entries.get(key)?.lastDecision;
  }

  /** Before the call: it may take effect though its answer is lost. */
  noteAsked(key: string, decision: { from: number; to: number }): void {
    const entry = this.#entries.get(key);
    if (entry) entry.engine = noteAsked(entry.engine, decision);
  }

  noteScaled(key: string, target: ScaleTarget, decision: LastDecision): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.scaled = { resourceVersion: target.metadata.resourceVersion, replicas: decision.to };
    entry.lastDecision = decision;
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  #replicasOf(key: string, target: ScaleTarget): number {
    const scaled = this.#entries.get(key)?.scaled;
    // The scale subresource does not answer with the target, so our own write shows only with the watch.
    return scaled?.resourceVersion === target.metadata.resourceVersion ? scaled.replicas : target.replicas;
  }

  #entry(key: string, replicas: number, nowMs: number): Entry {
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = {
        engine: initialEngineState(replicas, nowMs),
        lag: undefined,
        scaled: undefined,
        lastDecision: undefined,
      };
      this.#entries.set(key, entry);
    }
    return entry;
  }
}

function lagViewOf(snapshot: GroupSnapshot, maxLagSeconds: number): LagView {
  const { known, problem, lagRecords, lagSeconds, lagSecondsAtLeast, partitions, remarks } = snapshot;
  // A partition counts as lagging by the objective, so that ordinary traffic does not move the number.
  const lagging = partitions.filter((partition) => partition.lagSecondsAtLeast > maxLagSeconds).length;
  const fields = {
    lag: {
      records: lagRecords === undefined ? undefined : bucketLag(lagRecords),
      seconds: lagSeconds === undefined ? undefined : bucketLag(lagSeconds),
      known,
    },
    partitions: { total: partitions.length, lagging },
  };
  const said = { fields, problem, remarks };
  // What is proven is enough to be over the objective, however old the record is.
  if (known && lagSecondsAtLeast > maxLagSeconds) return { ...said, objective: 'over' };
  return { ...said, objective: known && lagSeconds !== undefined ? 'within' : 'unknown' };
}
