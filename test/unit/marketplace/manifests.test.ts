import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const FOLDER = join(import.meta.dirname, '../../../examples/marketplace');

interface Resource {
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: Record<string, unknown>;
}
interface Container {
  image: string;
  command: string[];
  env: { name: string; value?: string; valueFrom?: unknown }[];
}

function build(folder: string): { text: string; resources: Resource[] } {
  const text = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
  return { text, resources: parseAllDocuments(text).map((document) => document.toJS()) };
}

function find(resources: readonly Resource[], kind: string, name: string): Resource {
  const found = resources.find((resource) => resource.kind === kind && resource.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

function containerOf(deployment: Resource): Container {
  const { template } = deployment.spec as { template: { spec: { containers: [Container] } } };
  return template.spec.containers[0];
}

/** The plain values of a Deployment's environment. */
function valuesOf(resources: readonly Resource[], deployment: string): Record<string, string> {
  const { env } = containerOf(find(resources, 'Deployment', deployment));
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}

const STEPS = [
  { name: 'payment-request', reads: 'order.created', writes: 'payment.requested' },
  { name: 'payment-complete', reads: 'payment.requested', writes: 'payment.completed' },
  { name: 'inventory', reads: 'payment.completed', writes: 'inventory.reserved' },
  { name: 'shipping', reads: 'inventory.reserved', writes: 'order.shipped' },
];

describe('the manifests', () => {
  const { text, resources } = build(FOLDER);
  const all = (kind: string) => resources.filter((resource) => resource.kind === kind);

  it.each(STEPS)('lead $name from $reads to $writes in its group', ({ name, reads, writes }) => {
    expect(valuesOf(resources, name)).toMatchObject({ INPUT_TOPIC: reads, OUTPUT_TOPIC: writes, GROUP_ID: name });
    expect(find(resources, 'EventConsumer', name).spec).toMatchObject({
      groupId: name,
      topics: [reads],
      targetRef: { kind: 'Deployment', name },
      scaling: { policy: 'Cost', maxLagSeconds: 10, maxReplicas: 4 },
    });
  });

  it.each(['order-api', 'order-status'])('give %s all five topics', (name) => {
    expect(valuesOf(resources, name)).toEqual({
      TOPIC_ORDER_CREATED: 'order.created',
      TOPIC_PAYMENT_REQUESTED: 'payment.requested',
      TOPIC_PAYMENT_COMPLETED: 'payment.completed',
      TOPIC_INVENTORY_RESERVED: 'inventory.reserved',
      TOPIC_ORDER_SHIPPED: 'order.shipped',
    });
  });

  it('have a schema for the values of each topic', () => {
    const topics = all('EventTopic').map(({ spec }) => spec.topicName);
    expect(topics).toHaveLength(5);
    expect(all('EventSchema').map(({ spec }) => spec.subject)).toEqual(topics.map((topic) => `${topic}-value`));
  });

  it('hold no address', () => {
    expect(text).not.toMatch(/https?:|\d+\.\d+\.\d+\.\d+|:\d{4,5}\b|\.svc\b/);
  });

  it('leave no placeholder', () => {
    expect(text).not.toMatch(/\b(TOPIC|GROUP)(?!_)\b/);
  });

  it('put everything into the namespace they create', () => {
    const namespaces = resources.map(({ kind, metadata }) =>
      kind === 'Namespace' ? metadata.name : metadata.namespace,
    );
    expect(new Set(namespaces)).toEqual(new Set(['marketplace']));
  });

  it('start files that are there, and leave the scaled replicas to their EventConsumer', () => {
    for (const deployment of all('Deployment')) {
      const { image, command } = containerOf(deployment);
      const [, folder] = /^marketplace\/([a-z-]+):1$/.exec(image) ?? [];
      expect(existsSync(join(FOLDER, folder ?? 'no folder', command[1] ?? 'no file')), image).toBe(true);
      const scaled = all('EventConsumer').some(({ metadata }) => metadata.name === deployment.metadata.name);
      expect('replicas' in deployment.spec, deployment.metadata.name).toBe(!scaled);
    }
  });
});

describe('a topic and a group that are renamed where they are declared', () => {
  let copy = '';
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'marketplace-'));
    await cp(FOLDER, copy, { recursive: true });
    await edit('order-api/events.yaml', 'topicName: order.created', 'topicName: shop.orders');
    await edit('payment/consumers.yaml', 'groupId: payment-request', 'groupId: shop-billing');
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  async function edit(file: string, from: string, to: string) {
    const text = await readFile(join(copy, file), 'utf8');
    await writeFile(join(copy, file), text.replace(from, to));
  }

  it('carry their names to all who use them', () => {
    const { resources } = build(copy);
    expect(find(resources, 'EventSchema', 'order-created-value').spec.subject).toBe('shop.orders-value');
    expect(find(resources, 'EventConsumer', 'payment-request').spec.topics).toEqual(['shop.orders']);
    expect(valuesOf(resources, 'payment-request')).toMatchObject({
      INPUT_TOPIC: 'shop.orders',
      GROUP_ID: 'shop-billing',
    });
    for (const reader of ['order-api', 'order-status']) {
      expect(valuesOf(resources, reader).TOPIC_ORDER_CREATED).toBe('shop.orders');
    }
  });
});
