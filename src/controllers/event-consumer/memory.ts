import type { EventConsumerSpec } from '../../crds/event-consumer.ts';
import { bucketLag } from '../../lag/bucket.ts';
import type { GroupSnapshot } from '../../lag/snapshot.ts';
import type { Deployment } from '../../ports/scale-target.ts';
import { type Decision, decideReplicas } from '../../scaling/decide.ts';
import { type EngineState, initialEngineState } from '../../scaling/state.ts';
import type { LagView, LastDecision } from './observed.ts';

/** The status follows the lag at most this often: a lag that moves all the time is a metric. */
const lagStatusMs = 30_000;

interface Entry {
  engine: EngineState;
  lag: { view: LagView; atMs: number } | undefined;
  /** A size that we set, until the watch shows a Deployment newer than the one it was set on. */
  scaled: { resourceVersion: string; replicas: number } | undefined;
  lastDecision: LastDecision | undefined;
}

/** What the decisions on each consumer carry from one round to the next. After a restart it is learned anew. */
export class ConsumerMemory {
  readonly #entries = new Map<string, Entry>();

  decide(
    key: string,
    scaling: EventConsumerSpec['scaling'],
    target: Deployment,
    snapshot: GroupSnapshot | undefined,
    nowMs: number,
  ): Decision {
    const replicas = this.#replicasOf(key, target);
    const entry = this.#entry(key, replicas, nowMs);
    const facts = { replicas, ready: target.status?.readyReplicas ?? 0, group: snapshot };
    const { decision, state } = decideReplicas(scaling, facts, entry.engine, nowMs);
    entry.engine = state;
    return decision;
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

  noteScaled(key: string, target: Deployment, decision: LastDecision): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.scaled = { resourceVersion: target.metadata.resourceVersion, replicas: decision.to };
    entry.lastDecision = decision;
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  #replicasOf(key: string, target: Deployment): number {
    const scaled = this.#entries.get(key)?.scaled;
    // The scale subresource does not answer with the Deployment, so our own write shows only with the watch.
    if (scaled?.resourceVersion === target.metadata.resourceVersion) return scaled.replicas;
    return target.spec.replicas ?? 1;
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
  const { known, problem, lagRecords, lagSeconds, partitions } = snapshot;
  // A partition counts as lagging by the objective, so that ordinary traffic does not move the number.
  const lagging = partitions.filter((partition) => (partition.lagSeconds ?? 0) > maxLagSeconds).length;
  const measured = known && lagSeconds !== undefined;
  const fields = {
    lag: {
      records: lagRecords === undefined ? undefined : bucketLag(lagRecords),
      seconds: lagSeconds === undefined ? undefined : bucketLag(lagSeconds),
      known,
    },
    partitions: { total: partitions.length, lagging },
  };
  if (!measured) return { fields, objective: 'unknown', problem };
  return { fields, objective: lagSeconds > maxLagSeconds ? 'over' : 'within', problem: undefined };
}
