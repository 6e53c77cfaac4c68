import { aborted } from '../base/time.ts';
import type { Change, ObjectKey } from '../ports/kube.ts';
import type { Log } from '../ports/log.ts';
import type { Counter, Gauge, Histogram, Metrics } from '../ports/metrics.ts';
import { Census } from './census.ts';
import type { Managed } from './kind.ts';
import type { Outcome } from './outcome.ts';
import { delayMs, type Random, togetherMs } from './queue/backoff.ts';
import { WorkQueue } from './queue/queue.ts';
import { type RoundParts, type RoundResult, runRound } from './round.ts';
import { logRound } from './round-log.ts';
import { type Trigger, watch } from './trigger.ts';
import { guardedUidAnnotation } from './writer.ts';

export interface ControllerOptions<R extends Managed> extends RoundParts<R> {
  /** Serves logs and metrics. */
  name: string;
  log: Log;
  metrics: Metrics;
  random: Random;
  /** What wakes keys of the kind, besides the resources themselves. */
  triggers: readonly Trigger[];
  /** How many rounds run at once. */
  workers: number;
  /**
   * How many rechecks run at once besides. They then come together, for a kind whose adapters answer many questions
   * with one request. Absent: rechecks are spread, and run among the other rounds.
   */
  sweepWorkers?: number;
  /** How long running rounds may take to end by themselves once the controller stops. */
  drainMs: number;
}

/** Runs the rounds of one kind. */
export interface Controller {
  readonly name: string;
  /**
   * Runs rounds, once all caches are complete, until `signal` aborts and the last round has ended; then it may be run
   * again.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Sets the gauges: to be called right before metrics are rendered. */
  measure(): void;
}

export function createController<R extends Managed>(options: ControllerOptions<R>): Controller {
  return new KindController(options);
}

class KindController<R extends Managed> implements Controller {
  readonly name: string;
  readonly #options: ControllerOptions<R>;
  readonly #labels: { kind: string };
  readonly #meters: Meters;
  readonly #census: Census;
  readonly #triggers: readonly Trigger[];
  /** The uid that rounds of a key were about, to notice that a name stands for a new object. */
  readonly #uids = new Map<ObjectKey, string>();
  #queue: WorkQueue | undefined;

  constructor(options: ControllerOptions<R>) {
    this.name = options.name;
    this.#options = options;
    this.#labels = { kind: options.name };
    this.#meters = createMeters(options.metrics);
    this.#census = new Census(options.metrics, options.name);
    const own = watch(options.store, (change) => (concernsRounds(change, options.finalizer) ? [change.key] : []));
    this.#triggers = [own, ...options.triggers];
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, workers, sweepWorkers, drainMs } = this.#options;
    if (!(await this.#synced(signal))) return;
    const rounds = new AbortController();
    const work = (key: ObjectKey) => this.#round(queue, key, rounds.signal);
    const queue = new WorkQueue({ clock, workers, ...(sweepWorkers !== undefined && { sweepWorkers }), work });
    this.#queue = queue;
    const unsubscribes = this.#triggers.map((trigger) => trigger.subscribe((key) => queue.add(key)));

    await aborted(signal);
    for (const unsubscribe of unsubscribes) unsubscribe();
    this.#queue = undefined;
    const timer = clock.after(drainMs, () => rounds.abort());
    await queue.close();
    timer.cancel();
    this.#forgetAll();
  }

  measure(): void {
    this.#meters.depth.set(this.#queue?.depth ?? 0, this.#labels);
    this.#meters.running.set(this.#queue?.running ?? 0, this.#labels);
    this.#meters.oldest.set((this.#queue?.oldestMs ?? 0) / 1000, this.#labels);
    // Only the leader counts them, so that sums over replicas have each resource once.
    this.#census.take(this.#queue === undefined ? [] : this.#options.store.list());
  }

  /** A cache that is not complete reads as absence, so nobody looks before all are. False: stopped first. */
  async #synced(signal: AbortSignal): Promise<boolean> {
    try {
      await Promise.all(this.#triggers.map((trigger) => trigger.whenSynced(signal)));
    } catch (cause) {
      if (!signal.aborted) throw cause;
    }
    return !signal.aborted;
  }

  /** Others lead from now on: what was learned here would be out of date when this process leads again. */
  #forgetAll(): void {
    const { behaviour, log } = this.#options;
    for (const key of this.#uids.keys()) {
      try {
        behaviour.forget?.(key);
      } catch (error) {
        log.error('a memory could not be forgotten', { kind: this.name, key, error });
      }
    }
    this.#uids.clear();
  }

  async #round(queue: WorkQueue, key: ObjectKey, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const startMs = clock.monotonicMs();
    const result = await this.#runOnce(key, signal).catch(resultOfBug);
    const tookMs = clock.monotonicMs() - startMs;
    this.#schedule(queue, key, result.outcome);
    const outcome = result.outcome.kind;
    this.#meters.rounds.add({ ...this.#labels, outcome, failure: result.failure?.meaning ?? 'none' });
    this.#meters.duration.observe(tookMs / 1000, this.#labels);
    logRound(log, { kind: this.name, key, tookMs: Math.round(tookMs) }, result);
  }

  async #runOnce(key: ObjectKey, signal: AbortSignal): Promise<RoundResult> {
    const { store, behaviour } = this.#options;
    const resource = store.get(key);
    const uid = resource?.metadata.uid;
    const known = this.#uids.get(key);
    if (known !== undefined && known !== uid) behaviour.forget?.(key);
    if (resource === undefined || uid === undefined) {
      this.#uids.delete(key);
      return { outcome: { kind: 'awaitChange' }, changed: false };
    }
    this.#uids.set(key, uid);
    return runRound(this.#options, resource, signal);
  }

  #schedule(queue: WorkQueue, key: ObjectKey, outcome: Outcome): void {
    const settled = outcome.kind === 'recheck' || outcome.kind === 'awaitChange';
    if (settled) queue.clearFailures(key);
    const tries = settled ? 0 : queue.countFailure(key);
    const { clock, random, sweepWorkers } = this.#options;
    if (outcome.kind === 'recheck' && sweepWorkers !== undefined) {
      queue.sweepAfter(key, togetherMs(outcome.afterMs, clock.monotonicMs()));
      return;
    }
    const afterMs = delayMs(outcome, tries, random);
    if (afterMs !== undefined) queue.addAfter(key, afterMs);
  }
}

function resultOfBug(cause: unknown): RoundResult {
  return { outcome: { kind: 'retry', cause }, changed: false, failure: { meaning: 'bug', cause } };
}

/** All changes but those that our own rounds make: a status that is written, a finalizer of ours that comes. */
function concernsRounds<R extends Managed>({ before, after }: Change<R>, finalizer: string): boolean {
  if (before === undefined || after === undefined) return true;
  const guarded = ({ metadata }: R) => metadata.finalizers?.includes(finalizer) === true;
  return inputOf(before) !== inputOf(after) || (guarded(before) && !guarded(after));
}

/**
 * What others put into an object, as a text. With the spec, because a restored backup may have the same generation with
 * another one.
 */
function inputOf({ metadata, spec }: Managed): string {
  const { uid, generation, deletionTimestamp, labels } = metadata;
  // Comes together with a finalizer of ours.
  const { [guardedUidAnnotation]: _, ...annotations } = metadata.annotations ?? {};
  return JSON.stringify([uid, generation, deletionTimestamp, annotations, labels, spec]);
}

interface Meters {
  rounds: Counter;
  duration: Histogram;
  depth: Gauge;
  running: Gauge;
  oldest: Gauge;
}

function createMeters(metrics: Metrics): Meters {
  const kind = ['kind'];
  return {
    rounds: metrics.counter('sluice_rounds_total', 'Rounds that ended.', ['kind', 'outcome', 'failure']),
    duration: metrics.histogram('sluice_round_duration_seconds', 'How long rounds took.', kind),
    depth: metrics.gauge('sluice_queue_depth', 'Keys that wait for their turn.', kind),
    running: metrics.gauge('sluice_rounds_running', 'Rounds that run now.', kind),
    oldest: metrics.gauge('sluice_queue_oldest_seconds', 'How long the first key has waited for its turn.', kind),
  };
}
