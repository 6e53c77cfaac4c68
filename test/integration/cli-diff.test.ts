import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { kubectl } from '../../dev/world/kubectl.ts';
import { type CliOutcome, sluice } from '../helpers/cli.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { KafkaChecker } from '../helpers/kafka.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
let namespace: string;

beforeAll(async () => {
  namespace = await cluster.createNamespace('diff');
  await cluster.create(
    manifest('EventCluster', namespace, {
      kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
      access: [{ namespaces: [namespace], topics: [`${namespace}.*`] }],
    }),
  );
  await cluster.whenReady('EventCluster', namespace);
});
afterAll(async () => {
  await cluster.delete('EventCluster', namespace);
  await kafka.close();
  await cluster.close();
});

/** What a file says about topic `<namespace>.<name>`. */
function written(name: string, spec: Record<string, unknown> = {}): string {
  const topicName = `${namespace}.${name}`;
  return JSON.stringify(manifest('EventTopic', name, { clusterRef: { name: namespace }, topicName, ...spec }));
}

const yaml = (...documents: string[]) => documents.join('\n---\n');
const diff = (input: string, ...args: string[]) => {
  return sluice(world.kubeconfig, ['diff', '-n', namespace, '-f', '-', ...args], input);
};
const apply = (input: string) => kubectl(world.kubeconfig, ['apply', '-n', namespace, '-f', '-'], { input });

/** Applied by kubectl, and as the spec says for everybody who asks the brokers. */
async function ready(name: string, spec: { partitions: number; [field: string]: unknown }): Promise<void> {
  await apply(written(name, spec));
  await cluster.whenReady('EventTopic', `${namespace}/${name}`);
  await kafka.whenPartitions(`${namespace}.${name}`, spec.partitions);
}

const block = (name: string, ...lines: string[]) => [`${namespace}/${name}  topic ${namespace}.${name}`, ...lines];
const linesOf = ({ stdout }: CliOutcome) => stdout.trimEnd().split('\n');

describe('sluice diff', () => {
  it('shows what would be created, and creates nothing', async () => {
    const outcome = await diff(written('new', { partitions: 6, config: { 'retention.ms': 60_000 } }));
    expect(linesOf(outcome)).toEqual(
      block('new', '  + create: 6 partitions, default replicas', '  + retention.ms "60000"'),
    );
    expect(outcome).toMatchObject({ code: 1, stderr: '1 EventTopic: 1 to change, 0 as they should be\n' });
    expect(await kafka.exists(`${namespace}.new`)).toBe(false);
    expect(await cluster.get('EventTopic', `${namespace}/new`)).toBeUndefined();
  });

  it('is silent about what is as it should be', async () => {
    const spec = { partitions: 2, config: { 'retention.ms': '60000' } };
    await ready('same', spec);
    expect(await diff(written('same', spec))).toEqual({
      code: 0,
      stdout: '',
      stderr: '1 EventTopic: 0 to change, 1 as they should be\n',
    });
  });

  it('shows each change, and one that cannot be met beside those that can', async () => {
    await ready('changed', {
      partitions: 3,
      keyed: false,
      config: { 'retention.ms': 60_000, 'segment.ms': 7_200_000 },
    });
    const config = { 'retention.ms': 70_000, 'max.message.bytes': 2_000_000 };
    const grown = await diff(written('changed', { partitions: 6, keyed: false, config }));
    expect(grown.code).toBe(1);
    expect(linesOf(grown)).toEqual(
      block(
        'changed',
        ...['  ~ partitions 3 → 6', '  ~ max.message.bytes "1048588" → "2000000"'],
        ...['  ~ retention.ms "60000" → "70000"', '  - segment.ms "7200000" → its default'],
      ),
    );
    const shrunk = await diff(written('changed', { partitions: 1, keyed: false, config }));
    expect(shrunk.code).toBe(1);
    expect(linesOf(shrunk)).toContainEqual(
      expect.stringMatching(/^ {2}! PartitionDecreaseRefused: .*has 3 partitions/),
    );
    expect(linesOf(shrunk)).toContain('  ~ retention.ms "60000" → "70000"');
    expect(await kafka.partitions(`${namespace}.changed`)).toBe(3);
    expect(await kafka.overrides(`${namespace}.changed`)).toEqual({ 'retention.ms': '60000', 'segment.ms': '7200000' });
  });

  it('says the same as mode Plan, and what becomes of it once applied', async () => {
    await ready('planned', { partitions: 1, keyed: false });
    const spec = { partitions: 4, keyed: false, mode: 'Plan', config: { 'retention.ms': 80_000 } };
    const before = await diff(written('planned', spec), '-o', 'json');
    await apply(written('planned', spec));
    const { status } = await cluster.whenCondition('EventTopic', `${namespace}/planned`, 'Ready', 'False', 'PlanOnly');
    const [item] = JSON.parse(before.stdout).items;
    expect(item).toMatchObject({ held: 'spec.mode is Plan', topic: `${namespace}.planned` });
    expect(status).toMatchObject({ plan: item.changes });
    await ready('planned', { ...spec, mode: 'Apply' });
    expect(await diff(written('planned', { ...spec, mode: 'Apply' }))).toMatchObject({ code: 0, stdout: '' });
  });

  it('says that a topic which existed before would be adopted, or why not', async () => {
    await kafka.createTopic(`${namespace}.found`, 2);
    const { stdout } = await diff(written('found', { partitions: 2 }));
    expect(stdout).toMatch(/\n {2}\+ adopt the topic with id [A-Za-z0-9_-]{22}\n$/);
    const refused = await diff(written('found', { partitions: 3, keyed: false }));
    expect(refused.stdout).toContain('! AdoptionMismatch: ');
  });

  it('lets the brokers judge what nobody else can', async () => {
    const outcome = await diff(written('rejected', { config: { 'retention.ms': 'soon' } }));
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(/! \w+: .*retention\.ms/);
  });

  it('asks for an acknowledgement before keys move, by what is live', async () => {
    await ready('keyed', { partitions: 1 });
    const outcome = await diff(written('keyed', { partitions: 2 }));
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringContaining('! KeyMoveNotAcknowledged: ') });
    const acknowledged = await diff(written('keyed', { partitions: 2, keyMoveAcknowledgedForPartitions: 2 }));
    expect(linesOf(acknowledged)).toEqual(block('keyed', '  ~ partitions 1 → 2'));
  });

  it('says what the API server refuses, and goes on with the rest', async () => {
    await ready('moored', { partitions: 1 });
    const outcome = await diff(
      yaml(
        written('moored', { topicName: `${namespace}.elsewhere` }),
        written('moored', { partition: 2 }),
        written('mistyped', { partition: 2 }),
        written('fine', { partitions: 2 }),
      ),
    );
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toContain('the topic name cannot change');
    expect(outcome.stdout.match(/unknown field "spec\.partition"/g)).toHaveLength(2);
    expect(outcome.stdout).toContain('+ create: 2 partitions');
    expect(outcome.stderr).toBe('4 EventTopics: 1 to change, 0 as they should be, 3 in error\n');
  });

  it('sees what leaves a spec, however it was applied', async () => {
    const config = { 'retention.ms': 60_000 };
    const applied = written('by-server', { partitions: 1, config });
    const args = ['apply', '--server-side', '--field-manager', 'gitops', '-n', namespace, '-f', '-'];
    await kubectl(world.kubeconfig, args, { input: applied });
    await cluster.whenReady('EventTopic', `${namespace}/by-server`);
    await kafka.whenShown(`${namespace}.by-server`);
    const outcome = await diff(written('by-server', { partitions: 1 }));
    expect(linesOf(outcome)).toEqual(block('by-server', '  - retention.ms "60000" → its default'));
    const mistyped = await diff(written('by-server', { partition: 1 }));
    expect(mistyped).toMatchObject({ code: 2, stdout: expect.stringContaining('partition') });
  });

  it('gives a topic that two new resources name to the first of them', async () => {
    const topicName = `${namespace}.shared`;
    const outcome = await diff(yaml(written('one', { topicName }), written('two', { topicName })));
    expect(linesOf(outcome)).toEqual([
      `${namespace}/one  topic ${topicName}`,
      expect.stringContaining('+ create'),
      `${namespace}/two  topic ${topicName}`,
      `  ! OwnedByOther: topic "${topicName}" is owned by "one"; delete one of the two resources`,
    ]);
  });

  it('says what is not granted, and what is missing', async () => {
    const outcome = await diff(
      yaml(written('x', { topicName: 'somebody.else' }), written('y', { clusterRef: { name: 'nowhere' } })),
    );
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('! NotGranted: ');
    expect(outcome.stdout).toContain('… ClusterNotFound: EventCluster "nowhere" does not exist');
  });

  it('reads folders, and passes over other kinds', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-diff-'));
    try {
      mkdirSync(join(folder, 'inside'));
      writeFileSync(join(folder, 'b.yaml'), yaml(written('b'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}'));
      writeFileSync(join(folder, 'inside', 'a.yml'), written('a'));
      writeFileSync(join(folder, 'notes.txt'), 'no: manifest');
      const flat = await sluice(world.kubeconfig, ['diff', '-n', namespace, '-f', folder]);
      expect(flat).toMatchObject({ code: 1, stderr: expect.stringMatching(/^1 EventTopic: .*other kinds.*: 1\n$/) });
      const deep = await sluice(world.kubeconfig, ['diff', '-n', namespace, '-R', '-f', folder]);
      expect(deep.stderr).toMatch(/^2 EventTopics: 2 to change/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
