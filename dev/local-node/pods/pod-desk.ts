import type { Change, ResourceCache } from '../../../src/ports/kube.ts';
import { isOver, type Pod } from '../pod.ts';
import { AddressPool } from './addresses.ts';
import { Placer } from './placer.ts';
import { type HostContext, PodHost } from './pod-host.ts';

export interface DeskContext extends Omit<HostContext, 'addresses' | 'onRoom'> {
  /** Synced. */
  pods: ResourceCache<Pod>;
  /** Three numbers, such as `127.100.3`. */
  podNetwork: string;
}

/** Hears of all pods: those without a node it places, those of this node it hosts. */
export class PodDesk {
  readonly #context: DeskContext;
  readonly #placer: Placer;
  readonly #host: PodHost;

  constructor(context: DeskContext, signal: AbortSignal) {
    this.#context = context;
    const addresses = new AddressPool(context.podNetwork);
    for (const pod of context.pods.list()) if (this.#isOurs(pod)) restoreAddress(addresses, pod);
    this.#placer = new Placer({ ...context, addresses, retryMs: context.settings.apiRetryMs }, signal);
    this.#host = new PodHost({ ...context, addresses, onRoom: () => this.#placeWaiting() }, signal);
  }

  /** Takes what is there and what comes. Returns how to stop that. */
  open(): () => void {
    return this.#context.pods.subscribe((change) => this.#notice(change));
  }

  /** Whether a pod of this name has processes, or will have. */
  isRunning(namespace: string, name: string): boolean {
    return this.#host.isRunning(namespace, name);
  }

  /** Ends all processes; the pods' objects stay as they are. */
  stop(): Promise<void> {
    return this.#host.stop();
  }

  #notice({ before, after }: Change<Pod>): void {
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
      this.#placer.forget(before);
      void this.#host.forget(before);
    }
    if (after === undefined) return;
    if (after.spec.nodeName === undefined) this.#placer.consider(after);
    else if (this.#isOurs(after)) this.#host.notice(after);
  }

  #placeWaiting(): void {
    for (const pod of this.#context.pods.list()) if (pod.spec.nodeName === undefined) this.#placer.consider(pod);
  }

  #isOurs(pod: Pod): boolean {
    return pod.spec.nodeName === this.#context.nodeName;
  }
}

/** A pod keeps its address over a restart of the node. */
function restoreAddress(addresses: AddressPool, pod: Pod): void {
  const podIP = pod.status?.podIP;
  if (!isOver(pod) && podIP) addresses.restore(pod.metadata.uid, podIP);
}
