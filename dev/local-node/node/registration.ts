import type { KubeClient } from '../../../src/adapters/kube/client/client.ts';
import { leases, type ResourceType } from '../../../src/adapters/kube/resource-type.ts';
import { microTime } from '../../../src/adapters/kube/times.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { Fault } from '../../../src/ports/fault.ts';
import type { KubeObject } from '../../../src/ports/kube.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { NodeSettings } from '../settings.ts';
import { sleep } from '../sleep.ts';
import { labelsOf, type NodeIdentity, statusOfNode } from './node-object.ts';

interface NodeObject extends KubeObject {
  status?: { conditions?: readonly { type: string; status: string }[] };
}

const nodes: ResourceType = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };

export interface RegistrationContext {
  client: KubeClient;
  clock: Clock;
  log: Log;
  settings: NodeSettings;
}

/** Keeps the node's object ready and its Lease fresh, as the controllers of the control plane ask of a node. */
export class Registration {
  readonly #identity: NodeIdentity;
  readonly #context: RegistrationContext;
  readonly #since: Date;
  #heartbeatAtMs = Number.NEGATIVE_INFINITY;

  constructor(identity: NodeIdentity, context: RegistrationContext) {
    this.#identity = identity;
    this.#context = context;
    this.#since = context.clock.now();
  }

  /** Renews until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, settings } = this.#context;
    do {
      try {
        await this.assureNode(signal);
        await this.#renewLease(signal);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (!signal.aborted) log.warn('cannot renew the node', { error: error.message });
      }
    } while (await sleep(clock, settings.leaseRenewMs, signal));
  }

  /** Creates the object if it is missing, and says that the node is ready if it does not say so, or not lately. Throws Fault. */
  async assureNode(signal: AbortSignal): Promise<void> {
    const { client, clock, settings } = this.#context;
    const { name } = this.#identity;
    const node = await client.get<NodeObject>(nodes, name, { signal });
    if (node === undefined) await this.#createNode(signal);
    const ready = node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    const fresh = clock.monotonicMs() - this.#heartbeatAtMs < settings.heartbeatMs;
    if (ready && fresh) return;
    const status = statusOfNode(this.#identity, this.#since, clock.now());
    await client.patch(nodes, name, { status }, { subresource: 'status', signal });
    this.#heartbeatAtMs = clock.monotonicMs();
  }

  async #createNode(signal: AbortSignal): Promise<void> {
    const { name } = this.#identity;
    const metadata = { name, labels: labelsOf(this.#identity) };
    await this.#context.client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata }, { signal });
  }

  async #renewLease(signal: AbortSignal): Promise<void> {
    const { client, clock, settings } = this.#context;
    const { name } = this.#identity;
    const namespace = 'kube-node-lease';
    const spec = {
      holderIdentity: name,
      leaseDurationSeconds: settings.leaseSeconds,
      renewTime: microTime(clock.now()),
    };
    try {
      await client.patch(leases, `${namespace}/${name}`, { spec }, { signal });
    } catch (error) {
      if (!(error instanceof Fault && error.code === '404')) throw error;
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec };
      await client.create(leases, body, { signal });
    }
  }
}
