import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Preparer } from './containers/prepare.ts';
import { type Launch, type SpawnChild, startGroup } from './containers/process.ts';
import { LOG_PORT, startLogServer } from './node/log-server.ts';
import { Registration } from './node/registration.ts';
import { createNodeApi, type NodeApi } from './node-api.ts';
import { PodDesk } from './pods/pod-desk.ts';
import { defaultSettings, type NodeSettings } from './settings.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface LocalNodeOptions {
  /** Path. Its user must be allowed what a node and a scheduler do; the administrator is. */
  kubeconfig: string;
  nodeName: string;
  /** Three numbers, such as `127.100.3`: pods live on .10 to .254, and .1 counts as the host. */
  podNetwork: string;
  /** Where pods keep their logs and files: `pods/<namespace>_<name>/`. */
  folder: string;
  /** JSON: image name → folder, relative to the repository or absolute. */
  imagesFile: string;
  /** Starts a child that leads an own process group. Default: `spawn` of `node:child_process`. */
  spawnChild?: SpawnChild;
  log: Log;
  settings?: Partial<NodeSettings>;
}

export interface LocalNode {
  /** Ends all pods' processes and the node's own work; the objects stay in the API server as they are. */
  stop(): Promise<void>;
}

/**
 * Registers a node whose pods are processes; resolves once it is Ready and takes pods.
 * Throws Fault when the API server does not answer, and the system's error when the port for logs is taken.
 */
export async function startLocalNode(options: LocalNodeOptions): Promise<LocalNode> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const common = { clock: systemClock, log: options.log, settings: { ...defaultSettings, ...options.settings } };
  const api = createNodeApi(options.kubeconfig, common, signal);
  try {
    const hostIP = `${options.podNetwork}.1`;
    const registration = new Registration({ name: options.nodeName, hostIP }, { client: api.client, ...common });
    await registration.assureNode(signal);
    const background = [api.pods.run(signal), registration.run(signal)];
    await api.pods.whenSynced(signal);
    const desk = new PodDesk({ ...common, ...deskParts(options, api), hostIP }, signal);
    const folder = path.resolve(options.folder);
    const isRunning = desk.isRunning.bind(desk);
    const logs = await startLogServer({ host: hostIP, port: LOG_PORT, folder, isRunning });
    const close = desk.open();
    options.log.info('node is ready', { node: options.nodeName });
    return {
      async stop() {
        stopping.abort();
        close();
        logs.close();
        logs.closeAllConnections();
        await Promise.all([desk.stop(), ...background]);
        await api.close();
      },
    };
  } catch (error) {
    stopping.abort();
    await api.close();
    throw error;
  }
}

function deskParts(options: LocalNodeOptions, api: NodeApi) {
  const { nodeName, podNetwork, imagesFile, spawnChild = spawn } = options;
  const preparer: Preparer = {
    imagesFile: path.resolve(imagesFile),
    root: ROOT,
    // `node` in a pod is the Node that runs us.
    searchPath: [path.dirname(process.execPath), process.env.PATH].filter(Boolean).join(path.delimiter),
    readSource: api.readSource,
  };
  return {
    api,
    pods: api.pods,
    nodeName,
    podNetwork,
    folder: path.resolve(options.folder),
    preparer,
    startGroup: (launch: Launch) => startGroup(launch, spawnChild),
  };
}
