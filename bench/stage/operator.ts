import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endGroup } from '../../dev/setup/processes.mjs';
import { kubectl } from '../../dev/world/kubectl.ts';
import { startOperator } from '../../dev/world/operator.ts';
import { kubeconfigFor } from '../../dev/world/parts/control-plane.ts';
import type { Part } from '../../dev/world/parts/part.ts';
import type { World } from '../../dev/world/world.ts';

const OUR_USER = 'system:serviceaccount:sluice-system:sluice-operator';
const GUESTS = 'bench-system';
const GUEST = 'bench-operator';
const TOKEN_LASTS = '24h';

/** An operator that is measured. */
export interface MeasuredOperator {
  /** It leads a session: all that it starts is measured with it. */
  pid: number;
  /** Its user at the API server. */
  user: string;
  logFile: string;
  hasEnded(): boolean;
  stop(): Promise<void>;
}

export interface OurOperator extends MeasuredOperator {
  part: Part;
  /** Base URL of its metrics. */
  url: string;
}

/** Our own, from the bundle that is shipped. `env` is added to its environment. */
export async function startOurs(world: World, env: Readonly<Record<string, string>> = {}): Promise<OurOperator> {
  const { part, url, stop } = await startOperator(world, { bundled: true, env });
  return {
    // Another one after a restart.
    get pid() {
      return pidOf(part);
    },
    user: OUR_USER,
    logFile: part.logFile,
    hasEnded: () => !part.running,
    stop,
    part,
    url,
  };
}

/** Any other, by a shell command. It may do anything: its own rules are not what is measured. */
export async function startGuest(world: World, command: string, namespace: string): Promise<MeasuredOperator> {
  const env = {
    ...process.env,
    KUBECONFIG: await guestKubeconfig(world),
    BENCH_NAMESPACE: namespace,
    KAFKA_BOOTSTRAP_SERVERS: world.kafka.bootstrapServers,
  };
  const logFile = join(world.logs, 'operator.log');
  const log = openSync(logFile, 'a');
  const child = world.nursery.spawn('sh', ['-c', command], { stdio: ['ignore', log, log], env });
  closeSync(log);
  return {
    pid: pidOf(child),
    user: `system:serviceaccount:${GUESTS}:${GUEST}`,
    logFile,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: () => endGroup(child),
  };
}

function pidOf({ pid }: { pid?: number | undefined }): number {
  if (pid === undefined) throw new Error('the operator did not start');
  return pid;
}

/** The path of a kubeconfig with an account of its own, so that the audit log tells it from everybody else. */
async function guestKubeconfig(world: World): Promise<string> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: GUESTS } };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: GUEST, namespace: GUESTS } };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: GUEST },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: GUEST, namespace: GUESTS }],
  };
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [namespace, account, binding] });
  await kubectl(world.kubeconfig, ['apply', '--server-side', '-f', '-'], { input });
  const asked = ['create', 'token', GUEST, '--namespace', GUESTS, `--duration=${TOKEN_LASTS}`];
  const token = (await kubectl(world.kubeconfig, asked)).trim();
  const folder = join(world.folder, GUEST);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'kubeconfig');
  const { url: server, authority } = world.controlPlane;
  writeFileSync(path, kubeconfigFor({ server, authority, user: { token } }), { mode: 0o600 });
  return path;
}
