import type { Clock } from '../../../src/ports/clock.ts';
import type { Log } from '../../../src/ports/log.ts';
import { persist } from '../persist.ts';
import { isOver, type Pod } from '../pod.ts';
import type { PodApi } from '../pod-api.ts';
import { wholeSeconds } from '../status/status.ts';
import { findUnsupported } from '../unsupported.ts';
import { ADDRESSES, type AddressPool } from './addresses.ts';

export interface PlacerContext {
  api: Pick<PodApi, 'bind' | 'writeStatus'>;
  addresses: AddressPool;
  nodeName: string;
  clock: Clock;
  log: Log;
  /** Wait before a binding that failed is tried again. */
  retryMs: number;
}

/** The scheduler of a cluster of one: gives each pod that waits for a node to this one, as long as there are addresses. */
export class Placer {
  readonly #context: PlacerContext;
  readonly #signal: AbortSignal;
  readonly #placing = new Set<string>();
  readonly #told = new Set<string>();

  constructor(context: PlacerContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
  }

  /** Call for a pod without a node, and again when an address has become free. */
  consider(pod: Pod): void {
    const { uid } = pod.metadata;
    if (this.#placing.has(uid) || !awaitsNode(pod)) return;
    // A pod that will be rejected needs no address.
    const place = findUnsupported(pod) !== undefined || this.#context.addresses.take(uid) !== undefined;
    if (!place && this.#told.has(uid)) return;
    this.#placing.add(uid);
    const work = place ? this.#bind(pod) : this.#tellUnschedulable(pod);
    void work.finally(() => this.#placing.delete(uid));
  }

  forget(pod: Pod): void {
    this.#told.delete(pod.metadata.uid);
  }

  #bind(pod: Pod): Promise<void> {
    return persist(() => this.#context.api.bind(pod, this.#context.nodeName), this.#context, this.#signal);
  }

  #tellUnschedulable(pod: Pod): Promise<void> {
    this.#told.add(pod.metadata.uid);
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: `node ${this.#context.nodeName} has addresses for ${ADDRESSES} pods and all are in use`,
      lastTransitionTime: wholeSeconds(this.#context.clock.now()),
    } as const;
    return persist(() => this.#context.api.writeStatus(pod, { conditions: [condition] }), this.#context, this.#signal);
  }
}

function awaitsNode(pod: Pod): boolean {
  const { schedulerName = 'default-scheduler', schedulingGates = [] } = pod.spec;
  const wanted = pod.metadata.deletionTimestamp === undefined && !isOver(pod);
  return wanted && schedulerName === 'default-scheduler' && schedulingGates.length === 0;
}
