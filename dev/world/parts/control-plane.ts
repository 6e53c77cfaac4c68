import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { Nursery } from '../../setup/processes.mjs';
import { createCertificates, createSigningKey, type Identity, issueCertificate } from './certificates.ts';
import { Part } from './part.ts';
import { FaultProxy } from './proxy.ts';

const API_PORT = 6443;
const ETCD_PORT = 2379;
const ETCD_PEER_PORT = 2380;
const MANAGER_PORT = 10_257;
const START_WITHIN_MS = 90_000;
const ISSUER = 'https://kubernetes.default.svc.cluster.local';

// Logs who changed what, without bodies, and each request once, when it is answered.
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- level: Metadata
`;

export interface ControlPlanePlan {
  /** Holds etcd, kube-apiserver and kube-controller-manager. */
  binaries: string;
  folder: string;
  logs: string;
  /** The address of all three. */
  host: string;
  /** Where a proxy in front of the API server listens; its certificate is good for both. */
  proxyHost: string;
}

export interface ControlPlane {
  etcd: Part;
  apiServer: Part;
  controllerManager: Part;
  url: string;
  /** PEM of the authority that signed the API server's certificate. */
  authority: string;
  adminToken: string;
  /** Path of the administrator's kubeconfig. */
  kubeconfig: string;
  /** In front of the API server. */
  proxy: FaultProxy;
  /** Path of the administrator's kubeconfig through `proxy`. */
  kubeconfigThroughProxy: string;
  /** Path; one JSON object per line and answered request. */
  auditLog: string;
  start(): Promise<void>;
  /** Copies what etcd holds. Nobody reaches the API server meanwhile. Returns the path of the copy. */
  backUp(name: string): Promise<string>;
  /** Sets etcd back to a copy, its revisions too, as a restore of etcd's files does. */
  restore(copy: string): Promise<void>;
}

interface Access {
  server: string;
  authority: string;
  /** A token, or the path of a file that holds one and is read again and again. */
  user: { token: string } | { tokenFile: string };
}

/** A kubeconfig of one cluster and one user. JSON is YAML. */
export function kubeconfigFor({ server, authority, user }: Access): string {
  const certificate = Buffer.from(authority).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sluice-dev', cluster: { server, 'certificate-authority-data': certificate } }],
    users: [{ name: 'user', user }],
    contexts: [{ name: 'sluice-dev', context: { cluster: 'sluice-dev', user: 'user' } }],
    'current-context': 'sluice-dev',
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** What each of the three needs to know. */
interface Setting {
  plan: ControlPlanePlan;
  nursery: Nursery;
  url: string;
  authority: string;
  adminToken: string;
  auditLog: string;
  /** Of etcd, and of whoever talks to it: it is the whole cluster, and its port is open to all users of this machine. */
  etcd: Identity;
  path: (file: string) => string;
}

function component(name: string, { plan, nursery }: Setting, args: readonly string[], answers: Answers): Part {
  const logFile = join(plan.logs, `${name}.log`);
  return new Part(
    { name, command: join(plan.binaries, name), args, logFile, answers, withinMs: START_WITHIN_MS },
    nursery,
  );
}

function createEtcd(setting: Setting): Part {
  const { folder, host } = setting.plan;
  const client = `https://${host}:${ETCD_PORT}`;
  const peer = `https://${host}:${ETCD_PEER_PORT}`;
  const { etcd, authority, path } = setting;
  const guarded = (prefix: string) => [
    ...[`--${prefix}cert-file=${path('etcd.crt')}`, `--${prefix}key-file=${path('etcd.key')}`],
    ...[`--${prefix}client-cert-auth`, `--${prefix}trusted-ca-file=${path('ca.crt')}`],
  ];
  const args = [
    ...[...guarded(''), ...guarded('peer-')],
    `--data-dir=${join(folder, 'etcd')}`,
    ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
    ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`],
    // What a world holds is thrown away with it.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
  return component(
    'etcd',
    setting,
    args,
    answersOk(`${client}/health`, { ca: authority, cert: etcd.certificate, key: etcd.key }),
  );
}

function createApiServer(setting: Setting): Part {
  const { plan, url, authority, adminToken, auditLog, path } = setting;
  const { host } = plan;
  const args = [
    ...[`--etcd-servers=https://${host}:${ETCD_PORT}`, `--etcd-cafile=${path('ca.crt')}`],
    ...[`--etcd-certfile=${path('etcd.crt')}`, `--etcd-keyfile=${path('etcd.key')}`],
    ...[`--bind-address=${host}`, `--secure-port=${API_PORT}`, `--advertise-address=${host}`],
    // The reconciler refuses a loopback address.
    '--endpoint-reconciler-type=none',
    ...[`--tls-cert-file=${path('server.crt')}`, `--tls-private-key-file=${path('server.key')}`],
    ...['--authorization-mode=RBAC', `--token-auth-file=${path('tokens.csv')}`],
    `--service-account-issuer=${ISSUER}`,
    `--service-account-key-file=${path('service-accounts.key')}`,
    `--service-account-signing-key-file=${path('service-accounts.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    ...[`--audit-policy-file=${path('audit-policy.yaml')}`, `--audit-log-path=${auditLog}`],
    // Tests read one file; at the default of 100 MB it would be rotated away under them.
    '--audit-log-maxsize=10000',
  ];
  return component('kube-apiserver', setting, args, answersOk(`${url}/readyz`, { ca: authority }, adminToken));
}

function createControllerManager(setting: Setting): Part {
  const { plan, url, authority, adminToken, path } = setting;
  const args = [
    `--kubeconfig=${path('manager.kubeconfig')}`,
    ...[`--bind-address=${plan.host}`, `--secure-port=${MANAGER_PORT}`],
    ...['--leader-elect=false', '--use-service-account-credentials=true'],
    // It starts its controllers one after the other, each with a few requests; the default of 20/s takes seconds.
    ...['--kube-api-qps=500', '--kube-api-burst=1000'],
    `--service-account-private-key-file=${path('service-accounts.key')}`,
    `--root-ca-file=${path('ca.crt')}`,
  ];
  // It makes this account in each namespace; pods cannot be created before.
  const account = `${url}/api/v1/namespaces/default/serviceaccounts/default`;
  return component('kube-controller-manager', setting, args, answersOk(account, { ca: authority }, adminToken));
}

type Answers = (signal: AbortSignal) => Promise<boolean>;

function answersOk(url: string, connect: { ca: string; cert?: string; key?: string }, token?: string): Answers {
  // Connections are not kept: each question is about the process that is there now.
  const dispatcher = new Agent({ pipelining: 0, connect });
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  return async (signal) => {
    const { statusCode, body } = await request(url, { dispatcher, signal, headers });
    await body.dump();
    return statusCode === 200;
  };
}

/** Writes keys, certificates, tokens and kubeconfigs; returns the path of each by its name. */
function writeFiles(
  { folder, host, proxyHost }: ControlPlanePlan,
  authority: string,
  { server, etcd }: { server: Identity; etcd: Identity },
  tokens: Tokens,
) {
  const url = (address: string) => `https://${address}:${API_PORT}`;
  const admin = { authority, user: { token: tokens.admin } };
  const files: Readonly<Record<string, string>> = {
    'ca.crt': authority,
    'server.crt': server.certificate,
    'server.key': server.key,
    'etcd.crt': etcd.certificate,
    'etcd.key': etcd.key,
    'service-accounts.key': createSigningKey(),
    'tokens.csv': `${tokens.admin},admin,admin,system:masters\n${tokens.manager},system:kube-controller-manager,manager\n`,
    'audit-policy.yaml': AUDIT_POLICY,
    kubeconfig: kubeconfigFor({ ...admin, server: url(host) }),
    'kubeconfig-through-proxy': kubeconfigFor({ ...admin, server: url(proxyHost) }),
    'manager.kubeconfig': kubeconfigFor({ server: url(host), authority, user: { token: tokens.manager } }),
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
  return (name: string) => join(folder, name);
}

interface Tokens {
  admin: string;
  manager: string;
}

/** Describes the control plane of a world and writes its files; `start` brings it up in order. */
export function createControlPlane(plan: ControlPlanePlan, nursery: Nursery): ControlPlane {
  const { host, proxyHost, logs } = plan;
  const names = [host, proxyHost, 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  const { server, authority: issuer } = createCertificates(names);
  const authority = issuer.certificate;
  const tokens = { admin: randomBytes(24).toString('hex'), manager: randomBytes(24).toString('hex') };
  const etcdIdentity = issueCertificate(issuer, { subject: 'etcd', names: [host] });
  const path = writeFiles(plan, authority, { server, etcd: etcdIdentity }, tokens);
  const url = `https://${host}:${API_PORT}`;
  const known = { url, authority, adminToken: tokens.admin, auditLog: join(logs, 'audit.log') };
  const setting: Setting = { plan, nursery, path, etcd: etcdIdentity, ...known };
  const etcd = createEtcd(setting);
  const apiServer = createApiServer(setting);
  const controllerManager = createControllerManager(setting);
  const parts = [etcd, apiServer, controllerManager];
  const data = path('etcd');
  const start = async () => {
    for (const part of parts) await part.start();
  };
  /** All three: a process that goes on would remember what is not so any more. */
  const whileStopped = async (act: () => void) => {
    for (const part of parts.toReversed()) await part.stop();
    act();
    await start();
  };
  return {
    ...known,
    etcd,
    apiServer,
    controllerManager,
    kubeconfig: path('kubeconfig'),
    proxy: new FaultProxy({ host: proxyHost, port: API_PORT }, { host, port: API_PORT }),
    kubeconfigThroughProxy: path('kubeconfig-through-proxy'),
    start,
    backUp: async (name) => {
      const copy = path(`backup-${name}`);
      await whileStopped(() => cpSync(data, copy, { recursive: true }));
      return copy;
    },
    restore: (copy) =>
      whileStopped(() => {
        rmSync(data, { recursive: true });
        cpSync(copy, data, { recursive: true });
      }),
  };
}
