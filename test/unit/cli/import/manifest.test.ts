import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestOf, printManifests } from '../../../../src/cli/import/manifest.ts';
import { liveTopic } from '../../controllers/samples.ts';

const here = { name: 'orders', namespace: 'shop', cluster: 'default' };
const spec = { clusterRef: { name: 'default' }, partitions: 3, replicationFactor: 1 };

describe('the manifest of a live topic', () => {
  it.each([
    { it: 'has its partitions and replicas', topic: liveTopic(), place: here, spec },
    {
      it: 'names the topic where the resource is called otherwise',
      topic: liveTopic({ name: 'Orders' }),
      place: here,
      spec: { ...spec, topicName: 'Orders' },
    },
    {
      it: 'is silent about what the user did not choose',
      topic: liveTopic(),
      place: { ...here, cluster: undefined },
      spec: { partitions: 3, replicationFactor: 1 },
    },
    {
      it: 'is silent about replicas of which partitions have different numbers: any number would move some',
      topic: liveTopic({ mostReplicas: 3 }),
      place: here,
      spec: { clusterRef: { name: 'default' }, partitions: 3 },
    },
    {
      it: 'has the settings of the topic’s own, sorted',
      topic: liveTopic({}, { 'segment.ms': '1', 'cleanup.policy': 'compact' }),
      place: here,
      spec: { ...spec, config: { 'cleanup.policy': 'compact', 'segment.ms': '1' } },
    },
    {
      it: 'has no settings that come from the brokers, are secret, or pass with a move of partitions',
      topic: {
        ...liveTopic(),
        config: new Map([
          ['retention.ms', { value: '1', overridden: false }],
          ['some.secret', { value: undefined, overridden: true }],
          ['leader.replication.throttled.replicas', { value: '0:1', overridden: true }],
          ['follower.replication.throttled.replicas', { value: '0:2', overridden: true }],
        ]),
      },
      place: here,
      spec,
    },
  ])('$it', ({ topic, place, spec: expected }) => {
    const manifest = manifestOf(topic, place);
    expect(manifest.metadata).toEqual({ name: 'orders', namespace: 'shop' });
    expect(manifest.spec).toEqual(expected);
  });

  it('leaves the namespace to whoever applies it when there is none', () => {
    expect(manifestOf(liveTopic(), { ...here, namespace: undefined }).metadata).toEqual({ name: 'orders' });
  });

  it('is printed for people, with numbers as text', () => {
    const manifest = manifestOf(liveTopic({}, { 'cleanup.policy': 'compact,delete', 'retention.ms': '60000' }), here);
    expect(
      printManifests([manifest, manifest])
        .split('\n')
        .filter((line) => !line.startsWith('#')),
    ).toEqual([...lines, '---', ...lines, '']);
  });

  it('is read back as it was', () => {
    const odd = [
      'on',
      'no',
      'y',
      'null',
      '~',
      '1e3',
      '0x1f',
      '0o14',
      '0b1',
      '0060',
      '1_000',
      '1:20',
      '-1',
      '.5',
      '',
      ' a: b',
    ];
    const config = Object.fromEntries(odd.map((value, index) => [`key.${index}`, value]));
    const printed = printManifests([manifestOf(liveTopic({}, config), here)]);
    for (const version of ['1.1', '1.2'] as const) expect(parse(printed, { version }).spec.config).toEqual(config);
  });
});

const lines = [
  'apiVersion: sluice.dev/v1alpha1',
  'kind: EventTopic',
  'metadata:',
  '  name: orders',
  '  namespace: shop',
  'spec:',
  '  clusterRef:',
  '    name: default',
  '  partitions: 3',
  '  replicationFactor: 1',
  '  config:',
  '    cleanup.policy: compact,delete',
  '    retention.ms: "60000"',
];
