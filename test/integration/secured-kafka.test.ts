import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Managed } from '../../src/runtime/kind.ts';
import { sluice } from '../helpers/cli.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { operatorGrants, SecuredKafka } from '../helpers/secured-kafka.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const operatorLog = join(world.folder, 'logs', 'operator.log');
const operatorNamespace = 'sluice-system';
const within = 120_000;
const access = [{ namespaces: ['*'], topics: ['*'], groups: ['*'], deletionPolicies: ['Retain', 'Delete'] }];
const passwords = ['planted-password-1', 'planted-password-2', 'planted-password-3'];
let secured: SecuredKafka;
let namespace: string;

beforeAll(async () => {
  const [parent = ''] = world.kafka.bootstrapServers.split(':');
  secured = await SecuredKafka.start(parent, world.folder);
  const principals = ['User:operator', 'User:CN=operator', 'User:CN=operator-renewed'];
  await Promise.all(principals.map((principal) => secured.grant(principal, operatorGrants)));
  await setPassword(0);
  namespace = await cluster.createNamespace('secured');
});
afterAll(async () => {
  await cluster.close();
  await secured?.stop();
});

const setPassword = (n: number) => secured.setScramPassword('operator', 'SCRAM-SHA-512', passwords[n] ?? '');
const nameOf = (what: string) => `${namespace}-${what}`;
const writtenTo = (n: number) => ({ username: 'operator', password: passwords[n] ?? '' });

async function createSecret(what: string, stringData: Record<string, string>): Promise<void> {
  const metadata = { name: nameOf(what), namespace: operatorNamespace };
  await cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData } as never);
}

const changeSecret = (what: string, stringData: Record<string, string>) =>
  cluster.patch('Secret', `${operatorNamespace}/${nameOf(what)}`, { stringData });

async function createEventCluster(what: string, kafka: Record<string, unknown>): Promise<string> {
  const name = nameOf(what);
  await cluster.create(manifest('EventCluster', name, { kafka, access }));
  return name;
}

async function createTopic(eventCluster: string, name: string): Promise<string> {
  const spec = { clusterRef: { name: eventCluster }, topicName: `${eventCluster}.${name}`, partitions: 1 };
  await cluster.create(manifest('EventTopic', `${eventCluster}-${name}`, spec, namespace));
  return `${namespace}/${eventCluster}-${name}`;
}

/** That many are created around what happens meanwhile, however fast it is or slow the machine. */
const fewest = 21;

/** Creates topics all the time while `work` goes on, and waits until all are ready. */
async function whileCreatingTopics(eventCluster: string, prefix: string, work: () => Promise<void>): Promise<void> {
  let busy = true;
  const keys: string[] = [];
  const creating = (async () => {
    for (let n = 1; busy || n <= fewest; n += 1) {
      keys.push(await createTopic(eventCluster, `${prefix}-${n}`));
      await sleep(20);
    }
  })();
  await work().finally(() => {
    busy = false;
  });
  await creating;
  for (const key of keys) await cluster.whenReady('EventTopic', key);
}

interface LogLine {
  message: string;
  key?: string;
  fault?: string;
  error?: string;
}

function linesOf(log: string): readonly LogLine[] {
  return log
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine);
}

/** Rounds of the cluster and its topics that met a fault of Kafka. */
function failedRounds(eventCluster: string): readonly LogLine[] {
  return linesOf(readFileSync(operatorLog, 'utf8')).filter(
    ({ key = '', fault }) => fault?.startsWith('kafka/') && key.includes(eventCluster),
  );
}

const reasonOf = ({ status }: Managed, type: string) =>
  status?.conditions?.find((condition) => condition.type === type)?.reason;

describe('an EventCluster with a password', () => {
  let eventCluster: string;

  it('waits for its Secrets, says which one is missing, and heals by itself', async () => {
    const tls = { caSecretRef: { name: nameOf('ca') } };
    const sasl = { mechanism: 'SCRAM-SHA-512', secretRef: { name: nameOf('user') } };
    eventCluster = await createEventCluster('scram', { bootstrapServers: [secured.addresses.sasl], tls, sasl });
    const early = await createTopic(eventCluster, 'early');
    const waiting = await cluster.whenCondition('EventCluster', eventCluster, 'Reconciling', 'True', 'SecretNotReady');
    expect(JSON.stringify(waiting.status)).toContain(
      `Secret \\"${nameOf('ca')}\\" in namespace \\"sluice-system\\" does not exist; create it with ca.crt`,
    );
    await cluster.whenCondition('EventTopic', early, 'Reconciling', 'True', 'ClusterNotReady');

    await createSecret('ca', { 'ca.crt': secured.authority.certificate });
    await createSecret('user', writtenTo(0));
    await cluster.whenReady('EventCluster', eventCluster);
    await cluster.whenReady('EventTopic', early);
    // It is Ready as soon as it is created, and shown to other clients a moment later.
    await eventually(async () => expect(await secured.admin().listTopics()).toContain(`${eventCluster}.early`), {
      within,
    });
  });

  it('is logged in to by the command line with the same Secrets, of which it shows nothing', async () => {
    const args = ['import', `${eventCluster}.*`, '--cluster', eventCluster, '-n', namespace];
    const outcome = await sluice(world.kubeconfig, args);
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining(`topicName: ${eventCluster}.early`) });
    for (const secret of [passwords[0], 'BEGIN CERTIFICATE']) expect(JSON.stringify(outcome)).not.toContain(secret);
    const elsewhere = await sluice(world.kubeconfig, [...args, '--operator-namespace', namespace]);
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.stderr).toContain(`Secret "${nameOf('ca')}" in namespace "${namespace}" does not exist`);
    expect(elsewhere.stderr).toContain('--operator-namespace names another one');
  });

  it('goes on when its password changes in the brokers first', async () => {
    await whileCreatingTopics(eventCluster, 'brokers-first', async () => {
      await sleep(500);
      await setPassword(1);
      await sleep(500);
      await changeSecret('user', writtenTo(1));
      await sleep(1_500);
    });
    expect(failedRounds(eventCluster)).toEqual([]);
  });

  it('goes on when its password changes in the Secret first, and says that the brokers do not know it', async () => {
    await whileCreatingTopics(eventCluster, 'secret-first', async () => {
      await changeSecret('user', writtenTo(2));
      const refused = await cluster.whenCondition(
        ...(['EventCluster', eventCluster, 'Reconciling', 'True', 'AuthenticationFailed'] as const),
      );
      expect(reasonOf(refused, 'Ready')).toBe('Connected');
      await setPassword(2);
    });
    await eventually(
      async () => {
        const settled = await cluster.whenReady('EventCluster', eventCluster);
        expect(reasonOf(settled, 'Reconciling')).toBeUndefined();
      },
      { within },
    );
    expect(failedRounds(eventCluster)).toEqual([]);
  });

  it('logs in with the newest password when the brokers come back', async () => {
    await secured.cluster.kill();
    await secured.cluster.start();
    await cluster.whenReady('EventCluster', eventCluster);
    await cluster.whenReady('EventTopic', await createTopic(eventCluster, 'after-restart'));
  });
});

describe('an EventCluster with a client certificate', () => {
  let eventCluster: string;
  const pairOf = ({ certificate, key }: { certificate: string; key: string }) => ({
    'tls.crt': certificate,
    'tls.key': key,
  });

  it('shows it, and shows the new one as soon as it is renewed', async () => {
    await createSecret('client', pairOf(secured.issue('operator')));
    const tls = { caSecretRef: { name: nameOf('ca') }, clientSecretRef: { name: nameOf('client') } };
    eventCluster = await createEventCluster('tls', { bootstrapServers: [secured.addresses.tls], tls });
    await cluster.whenReady('EventCluster', eventCluster);
    await whileCreatingTopics(eventCluster, 'renewal', async () => {
      await sleep(500);
      await changeSecret('client', pairOf(secured.issue('operator-renewed')));
      await sleep(1_500);
    });
    expect(failedRounds(eventCluster)).toEqual([]);
    // Only the new name is still allowed anything.
    await secured.revoke('User:CN=operator');
    await cluster.whenReady('EventTopic', await createTopic(eventCluster, 'after-renewal'));
  });
});

it('the operator told its secrets nowhere, and never started again', async () => {
  const log = readFileSync(operatorLog, 'utf8');
  expect(linesOf(log).filter(({ message }) => message === 'started')).toHaveLength(1);
  const { body } = await request(`${world.operator?.url}/metrics`);
  const statuses = await Promise.all(['EventCluster', 'EventTopic', 'Event'].map((kind) => cluster.list(kind)));
  const argv = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandOf);
  const told = [log, await body.text(), JSON.stringify(statuses), ...argv].join('\n');
  for (const secret of [...passwords, ...secured.keyLines]) expect(told).not.toContain(secret);
  expect(told).toContain(nameOf('scram'));
});

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}
