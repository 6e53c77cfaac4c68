import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockFor } from '../setup/lock.mjs';
import { ensureParts, type Parts } from '../setup/parts.mjs';
import { type Nursery, openNursery } from '../setup/processes.mjs';
import { elapsed } from '../setup/progress.mjs';
import { type ControlPlane, createControlPlane } from './parts/control-plane.ts';
import { createKafkaCluster, type KafkaCluster } from './parts/kafka.ts';
import type { Part } from './parts/part.ts';
import { createPostgres, type Postgres } from './parts/postgres.ts';
import { createRegistry, type SchemaRegistry } from './parts/registry.ts';

/** Where runs keep their files; one folder for each, locked while the run lives. */
export const RUNS = fileURLToPath(new URL('../../.sluice/runs/', import.meta.url));
const WORLDS = Array.from({ length: 250 }, (_, index) => `sluice-world-${index + 1}`);
const HOST = { controlPlane: 1, kafka: 2, registry: 5, postgres: 5, proxies: 6 };

export interface WorldOptions {
  /** Default 1. */
  kafkaNodes?: 1 | 3;
  /** Whether there is a database. Default false. */
  postgres?: boolean;
  /** Takes a line for each part that answers. */
  log?: (line: string) => void;
}

/** Kubernetes, Kafka, a schema registry and, where asked for, a database of our own, on 127.100.n.0/24: .1 to .5 are parts, .6 to .8 proxies. */
export interface World {
  readonly n: number;
  /** Where its files are. */
  readonly folder: string;
  /** Folder of all logs. */
  readonly logs: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly adminToken: string;
  /** Path of the API server's audit log, JSON lines. */
  readonly auditLog: string;
  readonly controlPlane: ControlPlane;
  readonly kafka: KafkaCluster;
  readonly registry: SchemaRegistry;
  readonly postgres?: Postgres;
  /** Starts further children, which end with the world at the latest. */
  readonly nursery: Nursery;
  /** 127.100.n.`host`. */
  address(host: number): string;
  /** Ends everything at once. Resolves when all processes are gone; the files go too unless they are to be kept. */
  stop(options?: { keepFiles?: boolean }): Promise<void>;
}

type Described = Omit<World, 'kubeconfig' | 'adminToken' | 'auditLog' | 'stop'>;

/** Parts and proxies of a world, described but not running. */
function describeParts(parts: Parts, folder: string, options: WorldOptions, nursery: Nursery): Described {
  const { kafkaNodes = 1, postgres = false } = options;
  const n = Number(nursery.held[0]?.split('-').at(-1));
  const address = (host: number) => `127.100.${n}.${host}`;
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const proxyHost = address(HOST.proxies);
  const nodes = Array.from({ length: kafkaNodes }, (_, index) => ({
    host: address(HOST.kafka + index),
    proxyHost: address(HOST.proxies + index),
  }));
  const planes = { binaries: parts.controlPlane, folder: join(folder, 'kubernetes'), host: address(HOST.controlPlane) };
  const registryPlan = { distribution: parts.registry, host: address(HOST.registry) };
  return {
    n,
    folder,
    logs,
    nursery,
    address,
    controlPlane: createControlPlane({ ...planes, logs, proxyHost }, nursery),
    kafka: createKafkaCluster({ jars: parts.kafka, folder, logs, nodes }, nursery),
    registry: createRegistry({ ...registryPlan, logs, proxyHost }, nursery),
    ...(postgres && { postgres: createPostgres({ folder, logs, host: address(HOST.postgres) }, nursery) }),
  };
}

const proxiesOf = ({ controlPlane, registry, kafka }: Described) => [
  controlPlane.proxy,
  registry.proxy,
  ...kafka.proxies,
];

/** Every process of the world itself; `nursery` may hold more. */
export function partsOf({ controlPlane, kafka, registry, postgres }: Described): readonly Part[] {
  const { etcd, apiServer, controllerManager } = controlPlane;
  return [etcd, apiServer, controllerManager, ...kafka.brokers, registry.part, ...(postgres ? [postgres.part] : [])];
}

async function createWorld(folder: string, options: WorldOptions): Promise<World> {
  const parts = await ensureParts();
  const nursery = await openNursery({ hold: [WORLDS, lockFor('run', folder)] });
  const described = describeParts(parts, folder, options, nursery);
  const { kubeconfig, adminToken, auditLog } = described.controlPlane;
  return {
    ...described,
    kubeconfig,
    adminToken,
    auditLog,
    stop: async ({ keepFiles = false } = {}) => {
      await Promise.all(proxiesOf(described).map((proxy) => proxy.close()));
      await described.postgres?.close();
      await Promise.all(partsOf(described).map((part) => part.kill()));
      await nursery.close();
      if (!keepFiles) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startParts(world: World, log: (line: string) => void): Promise<void> {
  const { controlPlane, kafka, registry, postgres } = world;
  const since = performance.now();
  const timed = async (name: string, started: Promise<void>) => {
    await started;
    log(`${name} answers after ${elapsed(performance.now() - since)}`);
  };
  await Promise.all([
    ...proxiesOf(world).map((proxy) => proxy.open()),
    timed('Kubernetes', controlPlane.start()),
    timed('Kafka', kafka.start()),
    timed('schema registry', registry.part.start()),
    ...(postgres ? [timed('PostgreSQL', postgres.part.start())] : []),
  ]);
}

/**
 * Starts a world, its parts side by side, and resolves once all of them answer.
 * @throws when a part does not come up; the others are ended, and the files stay for a look
 */
export async function startWorld({ log = () => {}, ...options }: WorldOptions = {}): Promise<World> {
  mkdirSync(RUNS, { recursive: true });
  const world = await createWorld(mkdtempSync(join(RUNS, 'world-')), options);
  try {
    await startParts(world, log);
    return world;
  } catch (error) {
    await world.stop({ keepFiles: true });
    throw error;
  }
}
