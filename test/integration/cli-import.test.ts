import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kubectl } from '../../dev/world/kubectl.ts';
import { createKafkaConnections } from '../../src/adapters/kafka/index.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { printManifests, type TopicManifest } from '../../src/cli/import/manifest.ts';
import type { TopicState } from '../../src/ports/kafka.ts';
import { RecordedMetrics } from '../fakes/recorders.ts';
import { type CliOutcome, sluice } from '../helpers/cli.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';

const world = inject('world');
const bootstrapServers = world.kafka.bootstrapServers.split(',');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
const connections = createKafkaConnections({
  clock: systemClock,
  metrics: new RecordedMetrics(),
  clientId: 'observer',
  fence: () => false,
});
let namespace: string;
let capitals: string;
let shapes: readonly { topic: string; partitions: number; config: Record<string, string> }[];

beforeAll(async () => {
  namespace = await cluster.createNamespace('import');
  capitals = namespace.replace('import', 'Import');
  shapes = [
    { topic: `${namespace}.plain`, partitions: 1, config: {} },
    { topic: `${namespace}.wide`, partitions: 12, config: { 'cleanup.policy': 'compact' } },
    { topic: `${namespace}.default-said-aloud`, partitions: 2, config: { 'retention.ms': '604800000' } },
    { topic: `${namespace}.past-2-53`, partitions: 2, config: { 'retention.ms': '9223372036854775807' } },
    {
      topic: `${namespace}.spelled-oddly`,
      partitions: 3,
      config: {
        'retention.ms': '0060000',
        preallocate: 'TRUE',
        'min.cleanable.dirty.ratio': '.50',
        'cleanup.policy': 'compact, delete',
        'message.timestamp.type': 'LogAppendTime',
        'retention.bytes': '-1',
      },
    },
    { topic: `${capitals}_Order_Created`, partitions: 2, config: { 'segment.ms': '7200000' } },
    { topic: `${namespace}-meets`, partitions: 1, config: {} },
    { topic: `${namespace}_meets`, partitions: 2, config: {} },
    { topic: `${capitals}_Meets`, partitions: 3, config: {} },
  ];
  await cluster.create(
    manifest('EventCluster', namespace, {
      kafka: { bootstrapServers },
      access: [{ namespaces: [namespace], topics: [`${namespace}*`, `${capitals}*`] }],
    }),
  );
  for (const { topic, partitions, config } of shapes) await kafka.createTopic(topic, partitions, config);
  await cluster.whenReady('EventCluster', namespace);
});
afterAll(async () => {
  await cluster.delete('EventCluster', namespace);
  connections.retain(new Set());
  await kafka.close();
  await cluster.close();
});

const patterns = () => [`${namespace}*`, `${capitals}*`];
const run = (...args: string[]) => sluice(world.kubeconfig, ['import', ...args]);
const runHere = (...args: string[]) => run('--cluster', namespace, '-n', namespace, ...args);

function documentsOf({ stdout }: CliOutcome): TopicManifest[] {
  return parseAllDocuments(stdout).map((document): TopicManifest => document.toJS());
}

/** Everything about the topics that a client can see. */
async function liveTopics(): Promise<(TopicState | undefined)[]> {
  const admin = connections.to({ name: 'observer', bootstrapServers });
  return Promise.all(shapes.map(({ topic }) => admin.describeTopic(topic, cluster)));
}

/** The kinds of requests that the operator has sent to this suite's EventCluster. */
async function requestsOfOperator(): Promise<string[]> {
  const page = await (await fetch(`${world.operator?.url}/metrics`)).text();
  const counts = page.matchAll(/^sluice_kafka_request_seconds_count\{(.*)\} \d+$/gm);
  const own = [...counts].filter(([, labels]) => labels?.includes(`cluster="${namespace}"`));
  return own.map(([, labels]) => /api="(\w+)"/.exec(labels ?? '')?.[1] ?? '').sort();
}

describe('sluice import', () => {
  it('writes what live topics are, and applying it changes nothing', async () => {
    const before = await liveTopics();
    expect(before).not.toContain(undefined);
    const outcome = await runHere(...patterns());
    expect(outcome).toMatchObject({ code: 0, stderr: `wrote 9 EventTopics for namespace ${namespace}\n` });
    const documents = documentsOf(outcome);
    const topics = documents.map(({ metadata, spec }) => spec.topicName ?? metadata.name);
    expect(topics).toEqual(shapes.map(({ topic }) => topic).sort());

    await kubectl(world.kubeconfig, ['apply', '-f', '-'], { input: outcome.stdout });
    const ids = [];
    for (const { metadata, spec } of documents) {
      const { status } = await cluster.whenReady('EventTopic', `${namespace}/${metadata.name}`);
      expect(status).toMatchObject({ topicName: spec.topicName ?? metadata.name });
      ids.push(status && 'topicId' in status && status.topicId);
    }
    expect(await liveTopics()).toEqual(before);
    expect(ids.toSorted()).toEqual(before.map((topic) => topic?.id).sort());
    expect(await requestsOfOperator()).toEqual(['DescribeConfigs', 'Metadata']);

    const again = await sluice(world.kubeconfig, ['diff', '-f', '-'], outcome.stdout);
    expect(again).toEqual({ code: 0, stdout: '', stderr: '9 EventTopics: 0 to change, 9 as they should be\n' });
  });

  it('writes settings of the topic’s own as text, and leaves out what comes from the brokers', async () => {
    const [{ spec } = { spec: undefined }] = documentsOf(await runHere(`${namespace}.spelled-oddly`));
    expect(spec).toEqual({
      clusterRef: { name: namespace },
      partitions: 3,
      replicationFactor: 1,
      config: await kafka.overrides(`${namespace}.spelled-oddly`),
    });
  });

  it('finds names that Kubernetes takes, each for one topic only', async () => {
    const documents = documentsOf(await run(...patterns(), '--bootstrap-server', world.kafka.bootstrapServers));
    const names = new Map(documents.map(({ metadata, spec }) => [spec.topicName ?? metadata.name, metadata.name]));
    expect(names.get(`${namespace}.plain`)).toBe(`${namespace}.plain`);
    expect(names.get(`${capitals}_Order_Created`)).toBe(`${namespace}-order-created`);
    expect(names.get(`${namespace}-meets`)).toBe(`${namespace}-meets`);
    expect(names.get(`${namespace}_meets`)).toMatch(new RegExp(`^${namespace}-meets-[0-9a-f]{8}$`));
    expect(new Set(names.values()).size).toBe(shapes.length);
  });

  it('leaves topics that have an EventTopic to it', async () => {
    await kafka.createTopic(`${namespace}.new`, 1);
    const found = await runHere(`${namespace}*`, '--unowned');
    expect(documentsOf(found).map(({ metadata }) => metadata.name)).toEqual([`${namespace}.new`]);
    expect(found.stderr).toContain(': named by an EventTopic already');
    expect((await runHere(`${namespace}.plain`)).stderr).toContain('warning: named by an EventTopic already');
  });

  it('writes what a topic has become, and its EventTopic takes that', async () => {
    const topic = `${namespace}.plain`;
    await kafka.growTopic(topic, 3);
    const outcome = await runHere(topic);
    expect(documentsOf(outcome)[0]?.spec.partitions).toBe(3);
    await kubectl(world.kubeconfig, ['apply', '-f', '-'], { input: outcome.stdout });
    await cluster.whenReady('EventTopic', `${namespace}/${topic}`);
    expect(await kafka.partitions(topic)).toBe(3);
  });

  it('leaves out what the brokers keep for themselves', async () => {
    await kafka.createTopic(`__${namespace}`, 1);
    const outcome = await runHere(`__${namespace}`);
    expect(outcome).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining(`(__${namespace}): internal`),
    });
  });

  it('says which pattern matches nothing, and which topics are not granted', async () => {
    const outcome = await runHere(`${namespace}.none`, 'granted-to-nobody');
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain('warning: no live topic matches "granted-to-nobody"');
    await kafka.createTopic(`x-${namespace}`, 1);
    const { stderr } = await runHere(`x-${namespace}`);
    expect(stderr).toContain(`by EventCluster "${namespace}", so Sluice adopts none of it: 1 topic (x-${namespace})`);
  });

  it('writes a file for each topic, and keeps files that say something else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-import-'));
    try {
      const names = [`${namespace}.plain`, `${namespace}.wide`];
      expect(await runHere(...names, '-o', folder)).toMatchObject({ code: 0, stdout: '' });
      expect(readdirSync(folder).sort()).toEqual(names.map((name) => `${name}.yaml`));
      expect(await runHere(...names, '-o', folder)).toMatchObject({ code: 0 });
      writeFileSync(join(folder, `${namespace}.wide.yaml`), 'mine');
      const refused = await runHere(`${namespace}*`, '-o', folder);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing was written') });
      expect(readdirSync(folder)).toHaveLength(2);
      expect(readFileSync(join(folder, `${namespace}.wide.yaml`), 'utf8')).toBe('mine');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('looks at the own namespace where it may not look at others, and says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-import-'));
    try {
      const kubeconfig = join(folder, 'config');
      await restrictedUser(kubeconfig);
      const outcome = await sluice(kubeconfig, ['import', `${namespace}.plain`, '--cluster', namespace, '--unowned']);
      expect(outcome).toMatchObject({ code: 0, stdout: '' });
      expect(outcome.stderr).toContain(`left out 1 topic (${namespace}.plain): named by an EventTopic already`);
      expect(outcome.stderr).toMatch(/warning: EventTopics of other namespaces were not looked at: .*forbidden/);
      const refused = await sluice(kubeconfig, ['import', 'x']);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: cannot list eventclusters: /) });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses brokers of another cluster than the EventCluster means', async () => {
    await cluster.create(
      manifest('EventCluster', `${namespace}-other`, {
        kafka: { bootstrapServers, clusterId: 'another-cluster' },
        access: [{ namespaces: ['*'], topics: ['*'] }],
      }),
    );
    const outcome = await run('x', '--cluster', `${namespace}-other`);
    await cluster.delete('EventCluster', `${namespace}-other`);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/another/);
  });
});

/** Writes the kubeconfig of somebody who may read the EventTopics of one namespace and get its EventCluster. */
async function restrictedUser(kubeconfig: string): Promise<void> {
  const admin = (...args: string[]) => kubectl(world.kubeconfig, args);
  await admin('create', 'serviceaccount', 'reader', '-n', namespace);
  const account = `--serviceaccount=${namespace}:reader`;
  await admin('create', 'role', 'reader', '-n', namespace, '--verb=get,list', '--resource=eventtopics.sluice.dev');
  await admin('create', 'rolebinding', 'reader', '-n', namespace, '--role=reader', account);
  const only = [`--resource-name=${namespace}`, '--resource=eventclusters.sluice.dev'];
  await admin('create', 'clusterrole', namespace, '--verb=get', ...only);
  await admin('create', 'clusterrolebinding', namespace, `--clusterrole=${namespace}`, account);
  const token = (await admin('create', 'token', 'reader', '-n', namespace)).trim();
  writeFileSync(kubeconfig, await admin('config', 'view', '--raw', '--minify', '--flatten'));
  await kubectl(kubeconfig, ['config', 'set-credentials', 'reader', `--token=${token}`]);
  await kubectl(kubeconfig, ['config', 'set-context', '--current', '--user=reader', `--namespace=${namespace}`]);
  // The API server hears of new bindings a moment later.
  await eventually(() => kubectl(kubeconfig, ['get', 'eventclusters.sluice.dev', namespace]), { within: 60_000 });
  await eventually(() => kubectl(kubeconfig, ['get', 'eventtopics.sluice.dev']), { within: 60_000 });
}

it('prints names that kubectl reads as text, whatever they look like', async () => {
  const names = ['on', 'no', 'y', 'null', 'true', '1e3', '0x1f', '0o14', '0060000', '1_000', '12', '1.5', '-', '~'];
  const manifests = names.map((topicName, index) => ({
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventTopic',
    metadata: { name: `odd-${index}`, namespace },
    spec: { partitions: 1, replicationFactor: 1, config: { 'retention.ms': topicName } },
  }));
  const args = ['apply', '--dry-run=server', '-o', 'json', '-f', '-'];
  const answer = await kubectl(world.kubeconfig, args, { input: printManifests(manifests) });
  const { items } = JSON.parse(answer) as { items: TopicManifest[] };
  expect(items.map(({ spec }) => spec.config?.['retention.ms'])).toEqual(names);
});
