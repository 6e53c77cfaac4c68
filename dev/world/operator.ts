import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { webhookConfiguration } from '../generate/webhook.ts';
import { kubectl } from './kubectl.ts';
import { kubeconfigFor } from './parts/control-plane.ts';
import { Part } from './parts/part.ts';
import type { World } from './world.ts';

export const NAMESPACE = 'sluice-system';
const SERVICE_ACCOUNT = 'sluice-operator';
const TOKEN_SECONDS = 3_600;
const RENEW_TOKEN_MS = 20 * 60_000;
const RETRY_TOKEN_MS = 5_000;
const START_WITHIN_MS = 60_000;
/** As the README recommends: what a burst has needed is otherwise kept for long. */
const MEMORY = ['--max-semi-space-size=16', '--heap-growing-percent=60'];
const HOST = 9;
const PORT = 8080;

const inCheckout = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export interface OperatorOptions {
  /** Several operators of one world need different names. */
  name?: string;
  /** Of its health and metrics server, on 127.100.n.9. */
  port?: number;
  /** Port of its webhook, on the same address; absent: it has none. */
  webhookPort?: number;
  /** Added to its environment. */
  env?: Readonly<Record<string, string>>;
  /** The server it talks to, when that is a proxy. */
  apiServer?: string;
  /** Runs the bundle instead of the sources. */
  bundled?: boolean;
}

/** The operator as a process of a world. */
export interface Operator {
  part: Part;
  /** Base URL of `/healthz`, `/readyz` and `/metrics`. */
  url: string;
  /** Where it answers reviews. */
  webhookUrl: string | undefined;
  stop(): Promise<void>;
}

/** Installs the CRDs and waits until the API server serves them. */
export async function installApi({ kubeconfig }: World): Promise<void> {
  const crds = inCheckout('config/crd');
  await kubectl(kubeconfig, ['apply', '--server-side', '-f', crds]);
  await kubectl(kubeconfig, ['wait', '--for=condition=Established', '--timeout=30s', '-f', crds]);
}

/** Has the API server ask the operator about what is applied, by its URL: no Service leads out of a world. */
export async function installGate({ kubeconfig }: World, { webhookUrl }: Operator): Promise<void> {
  const input = JSON.stringify(webhookConfiguration({ url: webhookUrl }));
  await kubectl(kubeconfig, ['apply', '-f', '-'], { input });
}

/** Installs the operator's ServiceAccount with the generated roles, those for its webhook too. */
export async function installAccount({ kubeconfig }: World): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await kubectl(kubeconfig, ['apply', '--server-side', '-f', '-'], { input });
  const roles = ['config/rbac', 'config/webhook/roles.yaml'].flatMap((path) => ['-f', inCheckout(path)]);
  await kubectl(kubeconfig, ['apply', '--server-side', ...roles]);
}

/** A token of the operator's ServiceAccount, good for an hour. */
export async function createToken({ kubeconfig }: World): Promise<string> {
  const lifetime = `--duration=${TOKEN_SECONDS}s`;
  return (await kubectl(kubeconfig, ['create', 'token', SERVICE_ACCOUNT, '--namespace', NAMESPACE, lifetime])).trim();
}

/** Keeps a file that holds a valid token of the operator's ServiceAccount. Returns how to stop. */
async function keepToken(world: World, file: string): Promise<() => void> {
  const renew = async () => {
    writeFileSync(`${file}.new`, await createToken(world), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  let timer: NodeJS.Timeout;
  const schedule = (afterMs: number) => {
    timer = setTimeout(() => {
      renew().then(
        () => schedule(RENEW_TOKEN_MS),
        () => schedule(RETRY_TOKEN_MS),
      );
    }, afterMs).unref();
  };
  await renew();
  schedule(RENEW_TOKEN_MS);
  return () => clearTimeout(timer);
}

interface Identity {
  /** Path. */
  kubeconfig: string;
  stopRenewing: () => void;
}

/** Gives the operator's ServiceAccount its roles, and the process a kubeconfig to act as it. */
async function prepareIdentity(world: World, folder: string, server: string): Promise<Identity> {
  mkdirSync(folder, { recursive: true });
  await installAccount(world);
  const tokenFile = join(folder, 'token');
  const stopRenewing = await keepToken(world, tokenFile);
  const kubeconfig = join(folder, 'kubeconfig');
  const { authority } = world.controlPlane;
  writeFileSync(kubeconfig, kubeconfigFor({ server, authority, user: { tokenFile } }), { mode: 0o600 });
  return { kubeconfig, stopRenewing };
}

async function isReady(url: string, signal: AbortSignal): Promise<boolean> {
  const { statusCode, body } = await request(`${url}/readyz`, { signal });
  await body.dump();
  return statusCode === 200;
}

/**
 * Starts the operator under its own ServiceAccount with the generated roles and resolves once it is ready.
 * The CRDs must be there: see `installApi`.
 */
export async function startOperator(world: World, options: OperatorOptions = {}): Promise<Operator> {
  const { name = 'operator', port = PORT, apiServer = world.controlPlane.url, bundled = false, webhookPort } = options;
  const { kubeconfig, stopRenewing } = await prepareIdentity(world, join(world.folder, name), apiServer);
  const address = `${world.address(HOST)}:${port}`;
  const url = `http://${address}`;
  const own = {
    PATH: process.env.PATH,
    KUBECONFIG: kubeconfig,
    SLUICE_NAMESPACE: NAMESPACE,
    SLUICE_METRICS_ADDRESS: address,
    ...(webhookPort !== undefined && {
      SLUICE_WEBHOOK_ADDRESS: `${world.address(HOST)}:${webhookPort}`,
      SLUICE_WEBHOOK_NAMES: world.address(HOST),
    }),
  };
  const part = new Part(
    {
      name,
      command: process.execPath,
      args: bundled ? [...MEMORY, inCheckout('dist/sluice.mjs')] : [inCheckout('src/main.ts')],
      env: { ...own, ...options.env },
      logFile: join(world.logs, `${name}.log`),
      answers: (signal) => isReady(url, signal),
      withinMs: START_WITHIN_MS,
    },
    world.nursery,
  );
  const stop = async () => {
    stopRenewing();
    await part.stop();
  };
  await part.start().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const webhookUrl = webhookPort === undefined ? undefined : `https://${world.address(HOST)}:${webhookPort}/validate`;
  return { part, url, webhookUrl, stop };
}
