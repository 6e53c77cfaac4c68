import { describe, expect, it } from 'vitest';
import { eventSchemaBehaviour } from '../../../../src/controllers/event-schema/behaviour.ts';
import { eventSchemaGate } from '../../../../src/controllers/event-schema/gate.ts';
import { schemaIndexes } from '../../../../src/controllers/event-schema/indexes.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import type { EventSchema, EventSchemaSpec } from '../../../../src/crds/event-schema.ts';
import { Reason } from '../../../../src/crds/reasons.ts';
import type { CompatibilityLevel } from '../../../../src/ports/registry.ts';
import { FakeChecker } from '../../../fakes/fake-checker.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { connectionsTo, FakeRegistry } from '../../../fakes/fake-registry.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { createRounds } from '../rounds.ts';
import { accessRule, clusterOf, schemaResource } from '../samples.ts';

const key = 'shop/orders-value';
const subject = 'orders-value';
const record = (...fields: object[]) => JSON.stringify({ type: 'record', name: 'Order', fields });
const id = { name: 'id', type: 'string' };
const first = record(id);
const breaking = record(id, { name: 'total', type: 'long' });
const registered = { version: 1, schemaId: 1, latestVersion: 1 };
const signal = new AbortController().signal;

interface Case {
  spec?: Partial<EventSchemaSpec>;
  /** What the subject holds. */
  versions?: readonly string[];
  level?: CompatibilityLevel;
  /** Whether this resource registered the first of them. */
  ours?: boolean;
  others?: readonly EventSchema[];
  cluster?: EventCluster;
}

/** The gate and the rounds of one and the same operator. */
function world({ spec = {}, versions = [], level, ours = versions.length > 0, others = [], cluster }: Case) {
  const registry = new FakeRegistry();
  const stored = versions.map((schema, index) => ({ id: index + 1, version: index + 1, schema, references: [] }));
  if (stored.length > 0) registry.subjects.set(subject, stored);
  if (level) registry.levels.set(subject, level);
  const resource = schemaResource({ schema: first, ...spec }, ours ? registered : {});
  const schemas = new FakeStore<EventSchema>([resource, ...others], { indexes: schemaIndexes });
  const clusters = new FakeStore<EventCluster>([cluster ?? clusterOf({ registry: { url: 'http://registry' } })]);
  const clock = new FakeClock();
  const checker = new FakeChecker();
  const check: FakeChecker['check'] = (...question) => checker.check(...question);
  const namespaces = new FakeStore();
  const sources = { schemas, clusters, namespaces, registry: connectionsTo(registry), checker: check, clock };
  const rejected = { registry: Reason.UnsupportedByRegistry };
  const behaviour = eventSchemaBehaviour(sources);
  const rounds = createRounds({ store: schemas, behaviour, rejected, outside: [registry], key, clock });
  return { registry, checker, resource, clock, gate: eventSchemaGate(sources), ...rounds };
}

const narrow = clusterOf({
  registry: { url: 'http://registry' },
  access: [accessRule({ namespaces: ['shop'], subjects: ['other'] })],
});
const older = { name: 'older', uid: 'older-uid', creationTimestamp: '2025-01-01T00:00:00Z' };

const refused: readonly (Case & { it: string; reason: string })[] = [
  { it: 'a text that is no schema', spec: { schema: record({ name: 'id', type: 'itn' }) }, reason: 'InvalidSchema' },
  { it: 'a break of the newest version', spec: { schema: breaking }, versions: [first], reason: 'Incompatible' },
  {
    it: 'a break of an older version, where the level looks at all of them',
    spec: { schema: record(id, { name: 'total', type: 'long' }), compatibility: 'BackwardTransitive' },
    versions: [first, record(id, { name: 'total', type: 'int' })],
    reason: 'Incompatible',
  },
  {
    it: 'a break under the level that it asks for, whatever the one of the subject',
    spec: { schema: breaking, compatibility: 'Full' },
    versions: [first],
    level: 'None',
    reason: 'Incompatible',
  },
  { it: 'a subject that is not granted', cluster: narrow, reason: 'NotGranted' },
  {
    it: 'a subject that holds another schema',
    spec: { schema: breaking },
    versions: [first],
    ours: false,
    reason: 'AdoptionMismatch',
  },
  {
    it: 'a subject that it does not want if there is one',
    spec: { adoptionPolicy: 'Never' },
    versions: [first],
    ours: false,
    reason: 'AdoptionRefused',
  },
];

describe('at admission and in a round', () => {
  it.each(refused)('$it is refused in the same words', async ({ reason, ...given }) => {
    const { gate, resource, settle, condition } = world(given);
    const judged = await gate(resource, signal);
    await settle();
    expect(condition('Stalled')).toMatchObject({ status: 'True', reason });
    expect(judged).toEqual({
      refused: [expect.objectContaining({ reason, message: condition('Stalled')?.message })],
      open: [],
      unchecked: [],
      mode: 'Deny',
    });
  });

  it.each([
    { it: 'a new subject', given: {} },
    {
      it: 'a change that every version takes',
      given: { spec: { schema: record(id, { ...id, name: 'b', default: '' }) }, versions: [first] },
    },
    {
      it: 'a break under the level None',
      given: { spec: { schema: breaking, compatibility: 'None' }, versions: [first] } as Case,
    },
    { it: 'a return to an older text', given: { versions: [first, breaking] } },
    { it: 'a subject that holds this very schema', given: { versions: [first], ours: false } },
  ])('$it is in order', async ({ given }) => {
    const { gate, resource, settle, ready } = world(given);
    expect(await gate(resource, signal)).toEqual({ refused: [], open: [], unchecked: [], mode: 'Deny' });
    await settle();
    expect(ready()).toMatchObject({ status: 'True' });
  });

  it('a second owner is told of the first, which may go', async () => {
    const { gate, resource, settle, condition } = world({
      others: [schemaResource({}, {}, { ...older })].map((other) => ({ ...other, spec: { ...other.spec, subject } })),
    });
    const judged = await gate(resource, signal);
    await settle();
    const message = condition('Stalled')?.message;
    expect(judged).toMatchObject({ refused: [], open: [{ reason: 'OwnedByOther', message }] });
  });
});

describe('the gate of EventSchemas', () => {
  it('writes nothing', async () => {
    const { gate, registry, resource } = world({ spec: { compatibility: 'Full' }, versions: [first] });
    await gate(resource, signal);
    expect(registry.writes).toBe(0);
  });

  it('judges a schema of a cluster to which nothing is written for now', async () => {
    const cluster = clusterOf({ registry: { url: 'http://registry' }, mode: 'ReadOnly' });
    const { gate, resource } = world({ spec: { schema: breaking }, versions: [first], cluster });
    expect(await gate(resource, signal)).toMatchObject({ refused: [{ reason: 'Incompatible' }] });
  });

  it('warns only where the schema asks for it', async () => {
    const { gate, resource } = world({ spec: { schema: breaking, gate: { admission: 'Warn' } }, versions: [first] });
    expect(await gate(resource, signal)).toMatchObject({ mode: 'Warn', refused: [{ reason: 'Incompatible' }] });
  });

  it('takes an object of the same name that the cache still holds for no rival', async () => {
    const { gate, resource } = world({});
    const created = { ...resource, metadata: { ...resource.metadata, uid: 'new-uid' } };
    expect(await gate(created, signal)).toMatchObject({ refused: [], open: [] });
  });

  it('says what it has not checked while the registry is away, and still reads the text', async () => {
    const { gate, registry, resource } = world({ spec: { schema: '"itn"' }, versions: [first] });
    registry.goDown();
    expect(await gate(resource, signal)).toMatchObject({
      refused: [{ reason: 'InvalidSchema' }],
      unchecked: [
        expect.stringMatching(
          /^subject "orders-value": the schema was not compared with the versions in the registry \(.*\); the operator does so/,
        ),
      ],
    });
  });

  it('waits a second for a check too, without taking that for a slow registry', async () => {
    const { gate, checker, resource, clock } = world({ spec: { schema: breaking }, versions: [first] });
    const { check } = checker;
    checker.check = (_question, options) =>
      new Promise((_, reject) => options.signal.addEventListener('abort', reject));
    const asking = gate(resource, signal);
    await clock.advance(1_000);
    const unchecked = [expect.stringContaining('(no answer within 1 s)')];
    expect(await asking).toMatchObject({ refused: [], unchecked });
    checker.check = check;
    expect(await gate(resource, signal)).toMatchObject({ refused: [{ reason: 'Incompatible' }], unchecked: [] });
  });

  it('waits a second for a registry that does not answer, and leaves it alone for ten', async () => {
    const { gate, registry, resource, clock } = world({ spec: { schema: breaking }, versions: [first] });
    let asked = 0;
    const listVersions = registry.listVersions.bind(registry);
    registry.listVersions = () => {
      asked += 1;
      return new Promise(() => undefined);
    };
    const unchecked = [expect.stringContaining('(no answer within 1 s)')];
    const asking = gate(resource, signal);
    await clock.advance(1_000);
    expect(await asking).toMatchObject({ refused: [], unchecked });
    expect(await gate(resource, signal)).toMatchObject({
      unchecked: [expect.stringContaining('too slow a moment ago')],
    });
    expect(asked).toBe(1);
    registry.listVersions = listVersions;
    await clock.advance(10_000);
    expect(await gate(resource, signal)).toMatchObject({ refused: [{ reason: 'Incompatible' }], unchecked: [] });
  });
});
