import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { OrderCounts } from '../../examples/marketplace/shared/order-book.ts';
import { Fault } from '../../src/ports/fault.ts';
import type { Step } from '../setup/progress.mjs';
import { kubectl } from '../world/kubectl.ts';
import type { World } from '../world/world.ts';
import type { Readiness } from './checks.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { type Look, lookAtConsumers, type Orders } from './look.ts';
import { addressOf, describeUnready, findUnready } from './readiness.ts';

export const NAMESPACE = 'marketplace';

const MANIFESTS = fileURLToPath(new URL('../../examples/marketplace', import.meta.url));
const PORT = 8080;
const POLL_MS = 500;
const READY_WITHIN_MS = 5 * 60_000;
const COUNTS_WITHIN_MS = 2_000;

/** Applies the marketplace as a user would, with what tells it where this world's Kafka and database are. */
export async function applyMarketplace({ kubeconfig, kafka, registry, postgres }: World): Promise<void> {
  const data = { bootstrapServers: kafka.bootstrapServers, registryUrl: registry.url };
  const secret = { url: postgres?.url ?? '' };
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kafka-connection', namespace: NAMESPACE }, data },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'database-connection', namespace: NAMESPACE },
      stringData: secret,
    },
  ];
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl(kubeconfig, ['apply', '--server-side', '-f', '-'], { input });
  await kubectl(kubeconfig, ['apply', '--server-side', '-k', MANIFESTS]);
}

/** Waits until everything is ready, for at most 5 minutes; what is not by then is in the answer. */
export async function waitUntilReady(reader: ClusterReader, step: Step, signal: AbortSignal): Promise<Readiness> {
  const sinceMs = performance.now();
  for (;;) {
    const [resources, deployments] = await Promise.all([reader.resources({ signal }), reader.deployments({ signal })]);
    const total = resources.length + deployments.length;
    const unready = findUnready(resources, deployments);
    const tookMs = performance.now() - sinceMs;
    if (unready.length === 0 || tookMs > READY_WITHIN_MS) return { total, unready, tookMs };
    step.say(`${total - unready.length} of ${total}; ${describeUnready(unready)}`);
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Where the two services with an address of their own are reached. */
export interface Addresses {
  shop: string;
  page: string;
}

export async function findAddresses(reader: ClusterReader, signal: AbortSignal): Promise<Addresses> {
  const pods = await reader.pods({ signal });
  const url = (app: string) => `http://${addressOf(app, pods)}:${PORT}/`;
  return { shop: url('order-api'), page: url('order-status') };
}

/** Looks at the consumers and the orders. `undefined`: Kubernetes gave no answer this time. */
export async function lookAround(reader: ClusterReader, page: string, signal: AbortSignal): Promise<Look | undefined> {
  const reading = Promise.all([reader.consumers({ signal }), reader.deployments({ signal })]);
  const [state, orders] = await Promise.all([reading.catch(unlessFault), readOrders(page, signal)]);
  if (!state) return undefined;
  return { atMs: performance.now(), consumers: lookAtConsumers(...state), orders };
}

function unlessFault(error: unknown): undefined {
  if (!(error instanceof Fault)) throw error;
}

async function readOrders(page: string, signal: AbortSignal): Promise<Orders | undefined> {
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(COUNTS_WITHIN_MS)]);
    const response = await fetch(new URL('/counts', page), { signal: patience });
    const counts: Partial<OrderCounts> = Object(await response.json());
    const { placed, inFlight, shipped } = counts;
    if (placed === undefined || inFlight === undefined || shipped === undefined) return undefined;
    return { placed, inFlight, shipped };
  } catch {
    return undefined;
  }
}
