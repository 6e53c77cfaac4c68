import { execFile } from 'node:child_process';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { manifest, TestCluster } from '../../helpers/cluster.ts';
import { eventually } from '../../helpers/eventually.ts';
import { KafkaChecker } from '../../helpers/kafka.ts';
import { installWebhook } from '../../helpers/webhook.ts';

/** What a person reads who applies something that the operator would refuse, on the real API server. */

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
const webhookUrl = world.operator?.webhookUrl ?? '';
const within = 120_000;
let namespace: string;

beforeAll(async () => {
  namespace = await cluster.createNamespace('admission');
  await cluster.create(
    manifest('EventCluster', namespace, {
      kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
      registry: { url: world.registry.url },
      naming: { pattern: '^[a-z0-9.-]+$', mode: 'Deny' },
      access: [
        {
          namespaces: [namespace],
          topics: [`${namespace}.*`],
          subjects: [`${namespace}.*`],
          groups: [`${namespace}.*`],
          maxPartitionsPerTopic: 12,
        },
      ],
    }),
  );
  await cluster.whenReady('EventCluster', namespace);
  await install('Fail', webhookUrl);
  await eventually(async () => expect((await apply(schema('probe', '"itn"'))).code).toBe(1), { within });
});
afterAll(async () => {
  await cluster.delete('ValidatingWebhookConfiguration', 'sluice-webhook');
  await cluster.delete('EventCluster', namespace);
  await Promise.all([cluster.close(), kafka.close()]);
});

function install(failurePolicy: 'Fail' | 'Ignore', url: string): Promise<void> {
  return installWebhook({ kubeconfig: world.kubeconfig, url, namespaces: [namespace], failurePolicy });
}

interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** `kubectl apply`, with what it prints; names of this run stand as in a file of a user's. */
function apply(object: object): Promise<Said> {
  return new Promise((resolve) => {
    const env = { ...process.env, KUBECONFIG: world.kubeconfig };
    const running = execFile('kubectl', ['apply', '-f', '-'], { env }, (error, stdout, stderr) => {
      const plain = (text: string) => text.replaceAll(namespace, 'shop');
      resolve({ code: error ? Number(error.code) : 0, stdout: plain(stdout), stderr: plain(stderr) });
    });
    running.stdin?.end(JSON.stringify(object));
  });
}

const named = (kind: string, name: string, spec: Record<string, unknown>) =>
  manifest(kind, name, { clusterRef: { name: namespace }, ...spec }, namespace);
const schema = (name: string, text: string, spec: Record<string, unknown> = {}) =>
  named('EventSchema', name, { subject: `${namespace}.${name}`, schema: text, ...spec });
const topic = (name: string, spec: Record<string, unknown> = {}) =>
  named('EventTopic', name, { topicName: `${namespace}.${name}`, ...spec });

const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'reader' };
const id = { name: 'id', type: 'string' };
const record = (...fields: readonly unknown[]) => JSON.stringify({ type: 'record', name: 'Order', fields });
const denied = (what: string) =>
  `Error from server (Forbidden): error when ${what} "STDIN": admission webhook "gate.sluice.dev" denied the request: `;

describe('kubectl apply', () => {
  it('is refused a schema that is none, with rule, path and line', async () => {
    const { code, stderr } = await apply(schema('mistaken', record({ name: 'id', type: 'itn' })));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        `${denied('creating')}InvalidSchema: subject "shop.mistaken": the schema is wrong at /fields/0/type (line 1, ` +
        'column 63): "itn" is neither a primitive type nor defined in the schema or in one of its references ' +
        '(AvroTypeUnknown); correct spec.schema\n',
    });
    expect(await cluster.get('EventSchema', `${namespace}/mistaken`)).toBeUndefined();
  });

  it('is refused a schema that breaks the versions before it, with field, rule and version', async () => {
    const level = { compatibility: 'Backward' };
    expect(await apply(schema('order', record(id), level))).toEqual({
      code: 0,
      stdout: 'eventschema.sluice.dev/order created\n',
      stderr: '',
    });
    await cluster.whenReady('EventSchema', `${namespace}/order`);
    const { code, stderr } = await apply(schema('order', record(id, { name: 'total', type: 'long' }), level));
    expect(code).toBe(1);
    expect(stderr).toContain(
      'denied the request: Incompatible: subject "shop.order": the schema is not compatible with earlier versions: ' +
        '/fields/1: this schema cannot read what version 1 writes: it needs field "total" of record "Order", which is not ' +
        'written and has no default (AvroFieldWithoutDefault); change spec.schema, or spec.compatibility\n',
    );
    const stored = await cluster.get('EventSchema', `${namespace}/order`);
    expect(stored?.spec).toMatchObject({ schema: record(id) });
    const withDefault = record(id, { name: 'total', type: 'long', default: 0 });
    expect(await apply(schema('order', withDefault, level))).toMatchObject({ code: 0, stderr: '' });
  });

  it('is warned only where the schema asks for that, and the reconciler says the same', async () => {
    const gate = { admission: 'Warn' };
    const { code, stderr } = await apply(schema('warned', record({ name: 'id', type: 'itn' }), { gate }));
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^Warning: InvalidSchema: subject "shop.warned": the schema is wrong at .*; correct spec.schema\n$/,
    );
    const { status } = await cluster.whenCondition(
      'EventSchema',
      `${namespace}/warned`,
      'Stalled',
      'True',
      'InvalidSchema',
    );
    const stalled = status?.conditions?.find(({ type }) => type === 'Stalled');
    expect(stderr).toBe(`Warning: InvalidSchema: ${stalled?.message.replaceAll(namespace, 'shop')}\n`);
  });

  it.each([
    {
      it: 'a topic whose name the EventCluster does not allow',
      object: () => topic('Order_Created'),
      says:
        'NameRefused: topic name "shop.Order_Created" does not match ^[a-z0-9.-]+$, the naming rule of EventCluster ' +
        '"shop"; "shop.order-created" would; the name of a topic cannot change, so delete this resource and create one ' +
        'with spec.topicName "shop.order-created"\n',
    },
    {
      it: 'a topic that is not granted',
      object: () => topic('', { topicName: 'strange' }),
      says:
        'NotGranted: EventCluster "shop" does not grant topics "strange" to this namespace; ask its owner for an access ' +
        'rule\n',
    },
    {
      it: 'a topic with more partitions than are granted',
      object: () => topic('wide', { partitions: 13 }),
      says:
        'QuotaExceeded: EventCluster "shop" grants 12 partitions to each topic of this namespace, wanted 13; set ' +
        'spec.partitions to 12, or ask its owner for more\n',
    },
    {
      it: 'a consumer of a topic that is not granted',
      object: () =>
        named('EventConsumer', 'reader', { groupId: `${namespace}.reader`, topics: ['strange'], targetRef }),
      says:
        'NotGranted: EventCluster "shop" does not grant topics "strange" to this namespace; ask its owner for an access ' +
        'rule\n',
    },
  ])('is refused $it', async ({ object, says }) => {
    const wanted = object();
    const { code, stderr } = await apply({ ...wanted, metadata: { ...wanted.metadata, name: 'refused' } });
    expect({ code, stderr }).toEqual({ code: 1, stderr: denied('creating') + says });
  });

  it('may adopt a topic under a name that none could be created with', async () => {
    const name = `${namespace}.Old_Name`;
    await (await kafka.admin()).createTopics({ topics: [{ topic: name, numPartitions: 1, replicationFactor: 1 }] });
    await kafka.whenShown(name);
    const adopted = named('EventTopic', 'adopted', { topicName: name });
    expect(await apply(adopted)).toMatchObject({ code: 0, stderr: '' });
    await cluster.whenReady('EventTopic', `${namespace}/adopted`);
  });

  it('is refused fewer partitions than a topic has', async () => {
    await apply(topic('shrinks', { partitions: 3 }));
    await cluster.whenReady('EventTopic', `${namespace}/shrinks`);
    const { code, stderr } = await apply(topic('shrinks', { partitions: 2 }));
    expect(code).toBe(1);
    expect(stderr).toContain(
      'PartitionDecreaseRefused: topic "shop.shrinks" has 3 partitions, wanted 2: partitions never shrink; set ' +
        'spec.partitions to 3 or more\n',
    );
  });

  it('is warned of a second owner, which may become the first', async () => {
    const { code, stderr } = await apply(named('EventTopic', 'heir', { topicName: `${namespace}.shrinks` }));
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'Warning: OwnedByOther: topic "shop.shrinks" is owned by "shrinks"; delete one of the two resources\n',
    });
  });
});

describe('with certificates that are changed', () => {
  /** The certificate that the webhook shows to whoever connects now. */
  function shown(): Promise<string> {
    const { hostname: host, port } = new URL(webhookUrl);
    return new Promise((resolve, reject) => {
      // Who signed it is what changes; it is read, and nothing is sent.
      const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.once('error', reject);
    });
  }

  it('refuses no change that is in order, from before to after', async () => {
    const key = `${namespace}/steady`;
    await apply(topic('steady', { partitions: 1, paused: true }));
    const before = await shown();
    let changes = 0;
    let after = before;
    // The policy is Fail here: the API server refuses what it cannot ask about.
    while (after === before || changes < 20) {
      await cluster.patch('EventTopic', key, { spec: { ignoreConfigKeys: [`key-${changes}`] } });
      changes += 1;
      after = await shown();
    }
    // What was shown before is forgotten a moment later.
    for (const more of Array.from({ length: 20 }, (_, index) => index)) {
      await cluster.patch('EventTopic', key, { spec: { ignoreConfigKeys: [`more-${more}`] } });
    }
    expect(changes).toBeGreaterThanOrEqual(20);
  });
});

describe('without an operator that answers', () => {
  const nobody = 'https://127.0.0.1:1/validate';

  it('holds up neither statuses, nor annotations, nor deletions', async () => {
    await apply(topic('leaving', { partitions: 1 }));
    await cluster.whenReady('EventTopic', `${namespace}/leaving`);
    await install('Fail', nobody);
    const refused = () => cluster.patch('EventTopic', `${namespace}/leaving`, { spec: { keyed: false } });
    await eventually(() => expect(refused()).rejects.toThrow(/failed calling webhook/), { within });
    await cluster.lookedAgain('EventTopic', `${namespace}/leaving`);
    await cluster.delete('EventTopic', `${namespace}/leaving`);
    await cluster.whenGone('EventTopic', `${namespace}/leaving`);
  });

  it('lets a change pass under the policy that is shipped, and the reconciler refuses it', async () => {
    await install('Ignore', nobody);
    const spec = { schema: '"itn"' };
    const key = `${namespace}/order`;
    await eventually(() => cluster.patch('EventSchema', key, { spec }), { within });
    await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'InvalidSchema');
  });
});
