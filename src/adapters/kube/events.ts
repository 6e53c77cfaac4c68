import { sleep, withDeadline } from '../../base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventNote, EventRecorder, KubeObject, PolicyRule } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';
import type { Counter, Metrics } from '../../ports/metrics.ts';
import type { KubeClient, NewObject } from './client/client.ts';
import { events } from './resource-type.ts';
import { microTime } from './times.ts';

export const eventRules: readonly PolicyRule[] = [
  { apiGroups: [events.group], resources: [events.plural], verbs: ['create'], scope: 'cluster' },
];

const CONTROLLER = 'sluice.dev/operator';
/** Events of cluster-scoped objects are kept here, by convention. */
const DEFAULT_NAMESPACE = 'default';
/** Limits of the API. */
const LONGEST_NOTE = 1024;
const LONGEST_INSTANCE = 128;
const LONGEST_PREFIX = 200;

const QUEUE_LIMIT = 10_000;
const QUIET_MS = 5 * 60_000;
/** After a failed send: events are no reason to press a server that is in trouble. */
const AFTER_FAILURE_MS = 1_000;
/** How long an event lets all other calls go first. */
const LONGEST_COURTESY_MS = 1_000;

export interface EventParts {
  client: KubeClient;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Which replica speaks: the pod's name. */
  instance: string;
}

/**
 * Sends events one after another, after the writes that they tell of. What does not fit the queue, comes too often or
 * is refused is dropped and counted.
 */
export class EventSender implements EventRecorder {
  readonly #parts: EventParts;
  readonly #dropped: Counter;
  readonly #queue: NewObject[] = [];
  /** When an object and a reason were last told of, oldest first. */
  readonly #told = new Map<string, number>();
  #wake: () => void = () => {};

  constructor(parts: EventParts) {
    this.#parts = parts;
    this.#dropped = parts.metrics.counter('sluice_events_dropped_total', 'Events that were not sent, by cause.', [
      'cause',
    ]);
  }

  record(object: KubeObject, note: EventNote): void {
    const nowMs = this.#parts.clock.monotonicMs();
    this.#forgetBefore(nowMs - QUIET_MS);
    const topic = `${object.metadata.uid} ${note.reason}`;
    if (this.#told.has(topic)) return;
    if (this.#queue.length >= QUEUE_LIMIT) {
      this.#dropped.add({ cause: 'queue-full' });
      return;
    }
    this.#told.set(topic, nowMs);
    this.#queue.push(this.#eventOf(object, note));
    this.#wake();
  }

  /** Sends what is recorded until `signal` aborts; what waits then is sent by the next run. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#queue.length === 0) await this.#news(signal);
      await this.#letOthersPass(signal);
      const event = signal.aborted ? undefined : this.#queue.shift();
      if (event !== undefined) await this.#send(event, signal);
    }
  }

  /** Statuses, finalizers and claims come first: an event only tells what has happened. */
  async #letOthersPass(signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#parts;
    const late = () => new Error('waited long enough');
    const courtesy = { clock, ms: LONGEST_COURTESY_MS, late, signal };
    await withDeadline(courtesy, (inner) => client.whenIdle({ signal: inner })).catch(() => undefined);
  }

  async #send(event: NewObject, signal: AbortSignal): Promise<void> {
    const { client, clock, log } = this.#parts;
    try {
      await client.create(events, event, { signal });
    } catch (error) {
      log.debug('an event was not sent', { error });
      this.#dropped.add({ cause: 'send-failed' });
      await sleep(clock, AFTER_FAILURE_MS, signal);
    }
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#wake = end;
      signal.addEventListener('abort', end, { once: true });
    });
  }

  #forgetBefore(timeMs: number): void {
    for (const [topic, atMs] of this.#told) {
      if (atMs > timeMs) return;
      this.#told.delete(topic);
    }
  }

  #eventOf({ apiVersion, kind, metadata }: KubeObject, { type, reason, message }: EventNote): NewObject {
    const { name, namespace, uid, resourceVersion } = metadata;
    return {
      metadata: { generateName: `${name.slice(0, LONGEST_PREFIX)}-`, namespace: namespace ?? DEFAULT_NAMESPACE },
      eventTime: microTime(this.#parts.clock.now()),
      reportingController: CONTROLLER,
      reportingInstance: this.#parts.instance.slice(0, LONGEST_INSTANCE),
      action: 'Reconcile',
      type,
      reason,
      note: message.slice(0, LONGEST_NOTE).toWellFormed(),
      regarding: { apiVersion, kind, name, uid, resourceVersion, ...(namespace !== undefined && { namespace }) },
    };
  }
}
