import { dim, during, print } from '../setup/progress.mjs';
import { type Environment, startEnvironment } from '../world/environment.ts';
import type { World } from '../world/world.ts';
import type { Readiness } from './checks.ts';
import { type ClusterReader, createClusterReader } from './cluster-reader.ts';
import { type Addresses, applyMarketplace, findAddresses, NAMESPACE, waitUntilReady } from './marketplace.ts';
import { findLeft, findOwn, type ProcessRow, readProcesses } from './processes.ts';

/** The marketplace in a world of its own. */
export interface Stand {
  world: World;
  reader: ClusterReader;
  readiness: Readiness;
  addresses: Addresses;
  /** Ends everything. The files go too unless they are to be kept. */
  close(options: { keepFiles: boolean }): Promise<Closing>;
}

/** How many processes there were, and which of them the end left behind. */
export interface Closing {
  started: number;
  left: readonly ProcessRow[];
}

/** Starts a world and the marketplace in it, and waits until all is ready or 5 minutes are over. */
export async function openStand(signal: AbortSignal): Promise<Stand> {
  const environment = await during('Kubernetes, Kafka, schema registry, PostgreSQL and operator', (step) => {
    const say = (line: string) => step.say(signal.aborted ? 'interrupted: ends as soon as it is up' : line);
    signal.addEventListener('abort', () => say(''), { once: true });
    return startEnvironment({ postgres: true, log: say });
  });
  const { world } = environment;
  const reader = createClusterReader(world.kubeconfig, NAMESPACE);
  const close = (options: { keepFiles: boolean }) => closeStand(environment, reader, options);
  try {
    signal.throwIfAborted();
    await during('kubectl apply -k examples/marketplace', () => applyMarketplace(world));
    const readiness = await during('topics, schemas, consumers and services', (step) =>
      waitUntilReady(reader, step, signal),
    );
    return { world, reader, readiness, addresses: await findAddresses(reader, signal), close };
  } catch (error) {
    await close({ keepFiles: !signal.aborted });
    throw error;
  }
}

async function closeStand(
  environment: Environment,
  reader: ClusterReader,
  options: { keepFiles: boolean },
): Promise<Closing> {
  const { world } = environment;
  await reader.close();
  const own = findOwn(readProcesses(), process.pid, world.address(0).replace(/0$/, ''));
  await during('all stopped', () => environment.stop(options));
  if (options.keepFiles) print(dim(`  the logs are in ${world.logs}; npm run clean removes them`));
  return { started: own.length, left: findLeft(own, readProcesses()) };
}
