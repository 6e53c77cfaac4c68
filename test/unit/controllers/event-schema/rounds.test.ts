import { describe, expect, it } from 'vitest';
import { eventSchemaBehaviour } from '../../../../src/controllers/event-schema/behaviour.ts';
import { schemaIndexes } from '../../../../src/controllers/event-schema/indexes.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import type { EventSchema, EventSchemaSpec, EventSchemaStatus } from '../../../../src/crds/event-schema.ts';
import { Reason } from '../../../../src/crds/reasons.ts';
import { Fault } from '../../../../src/ports/fault.ts';
import type { KubeObject } from '../../../../src/ports/kube.ts';
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
/** Compatible with the first one under the level None only: the new field has no default. */
const breaking = record(id, { name: 'total', type: 'long' });

/** All that rounds of EventSchemas touch. */
function world(
  spec: Partial<EventSchemaSpec> = {},
  others: readonly EventSchema[] = [],
  before: Partial<EventSchemaStatus> = {},
) {
  const registry = new FakeRegistry();
  const schemas = new FakeStore<EventSchema>([schemaResource({ schema: first, ...spec }, before), ...others], {
    indexes: schemaIndexes,
  });
  const clusters = new FakeStore<EventCluster>([clusterOf({ registry: { url: 'http://registry' } })]);
  const namespaces = new FakeStore<KubeObject>();
  const checker = new FakeChecker();
  const parts = { schemas, clusters, namespaces, registry: connectionsTo(registry), checker: checker.check };
  const behaviour = eventSchemaBehaviour(parts);
  /** What a new process knows: nothing but what is written down. */
  const restart = () => void Object.assign(behaviour, eventSchemaBehaviour(parts));
  const rejected = { registry: Reason.UnsupportedByRegistry };
  const clock = new FakeClock();
  const rounds = createRounds({ store: schemas, behaviour, rejected, outside: [registry], key, clock });
  const status = () => schemas.must(key).status ?? {};
  const texts = () => registry.subjects.get(subject)?.map(({ schema }) => schema) ?? [];
  return { registry, checker, schemas, clusters, clock, status, texts, restart, ...rounds };
}

/** A subject that holds the first schema already, registered by the resource, under a level of its own if one is given. */
function worldInUse(
  spec: Partial<EventSchemaSpec>,
  level?: 'Backward' | 'Full',
  before: Partial<EventSchemaStatus> = { version: 1, schemaId: 1, latestVersion: 1 },
) {
  const inUse = world(spec, [], before);
  inUse.registry.subjects.set(subject, [{ id: 1, version: 1, schema: first, references: [] }]);
  if (level) inUse.registry.levels.set(subject, level);
  return inUse;
}

const away = new Fault('kubernetes', 'unavailable', 'no answer');
const calls = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('rounds of an EventSchema', () => {
  it('register a new subject with its level, with one status write', async () => {
    const { registry, schemas, status, texts, settle, ready, notes } = world({ compatibility: 'Full' });
    await settle();
    expect(texts()).toEqual([first]);
    expect(registry.levels.get(subject)).toBe('Full');
    expect(schemas.writes.map(({ verb }) => verb)).toEqual(['patchStatus']);
    expect(status()).toMatchObject({
      subject,
      version: 1,
      effectiveCompatibility: { level: 'Full', source: 'Subject' },
    });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(notes.map(({ reason }) => reason)).toEqual(['Registered']);
  });

  it('register no version of a schema that differs in spaces only', async () => {
    const { registry, status, texts, settle, ready } = worldInUse({
      schema: JSON.stringify(JSON.parse(first), null, 2),
    });
    await settle();
    expect(registry.writes).toBe(0);
    expect(texts()).toEqual([first]);
    expect(status()).toMatchObject({ version: 1, schemaId: 1 });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('register a text without the byte order mark before it', async () => {
    const { texts, settle, ready } = world({ schema: `\uFEFF${first}` });
    await settle();
    expect(texts()).toEqual([first]);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('keep what is in sync as it is while the registry is away', async () => {
    const { registry, status, settle, round, ready } = world();
    await settle();
    const before = status();
    registry.goDown();
    await round();
    expect(status()).toEqual(before);
    registry.comeBack();
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  const readOnly = new Fault('registry', 'rejected', 'error 42205: read-only mode', { code: '42205' });
  it.each([
    { what: 'schema', spec: { schema: breaking, compatibility: 'None' } as const, level: 'None' },
    { what: 'level', spec: { schema: first, compatibility: 'Full' } as const, level: 'Full' },
  ])('wait with a $what for a registry in read-only mode, and go on seconds after it', async ({ spec, level }) => {
    const { registry, clock, settle, ready, texts } = worldInUse(spec, 'Backward');
    registry.failWrites(readOnly);
    await settle();
    expect(ready()).toMatchObject({
      reason: 'RegistryReadOnly',
      message: 'error 42205: read-only mode; it goes on by itself once the registry takes changes again',
    });
    expect(texts()).toEqual([first]);
    registry.comeBack();
    await clock.advance(10_000);
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(registry.levels.get(subject)).toBe(level);
  });

  it('leave subject and level in the registry when the resource goes', async () => {
    const { registry, schemas, texts, settle } = world({ compatibility: 'Full' });
    await settle();
    schemas.delete(key);
    await settle();
    expect(texts()).toEqual([first]);
    expect(registry.levels.get(subject)).toBe('Full');
  });

  it('do not yield a subject to an older resource without a grant', async () => {
    const older = { namespace: 'evil', uid: 'evil-uid', creationTimestamp: '2025-01-01T00:00:00Z' };
    const { texts, settle, ready } = world({}, [schemaResource({ schema: breaking }, {}, older)]);
    await settle(`evil/${subject}`);
    await settle();
    expect(texts()).toEqual([first]);
    expect(ready(`evil/${subject}`)).toMatchObject({ status: 'False', reason: 'NotGranted' });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });
});

describe('a refusal of the registry', () => {
  const twice = record(id, { name: 'again', type: 'string', default: '' });
  const tenMinutes = 600_000;

  it('is told with path, rule and version where the cause is seen', async () => {
    const { status, settle, ready } = worldInUse({ schema: breaking });
    await settle();
    const problem =
      '/fields/1: this schema cannot read what version 1 writes: it needs field "total" of record "Order", which is not ' +
      'written and has no default (AvroFieldWithoutDefault)';
    expect(ready()).toMatchObject({ reason: 'Incompatible', message: expect.stringContaining(problem) });
    expect(status()).toMatchObject({ lastCheck: { compatible: false, problems: [problem] } });
  });

  it('is told in the registry’s own words where what would explain it cannot be read', async () => {
    const { registry, settle, ready } = worldInUse({ schema: breaking, compatibility: 'Full' }, 'Backward');
    const { readVersion } = registry;
    registry.readVersion = (name, version, options) =>
      version === 'latest'
        ? readVersion.call(registry, name, version, options)
        : Promise.reject(new Fault('registry', 'unavailable', 'answered 500', { code: '500' }));
    await settle();
    await settle();
    const message = expect.stringContaining('not Full compatible with version 1;');
    expect(ready()).toMatchObject({ reason: 'Incompatible', message });
    expect(registry.levels.get(subject)).toBe('Backward');
    // Once to the new level, the schema, and back.
    expect(registry.writes).toBe(3);
  });

  it('is told with the references that each version has', async () => {
    const money = (type: string) => ({
      id: 9,
      schema: record({ name: 'cents', type }).replace('Order', 'Money'),
      references: [],
    });
    const bill = record({ name: 'total', type: 'Money' });
    const reference = (version: number) => [{ name: 'Money', subject: 'money', version }];
    const { registry, settle, ready } = worldInUse({ schema: bill, references: reference(2) });
    registry.subjects.set('money', [
      { ...money('long'), version: 1 },
      { ...money('string'), version: 2 },
    ]);
    registry.subjects.set(subject, [{ id: 1, version: 1, schema: bill, references: reference(1) }]);
    registry.isCompatible = () => false;
    await settle();
    expect(ready()).toMatchObject({
      reason: 'Incompatible',
      message: expect.stringMatching(/Money#\/fields\/0\/type: .* version 1 .* \(AvroTypeChanged\)/),
    });
  });

  it.each([
    { flavour: 'Apicurio', schema: breaking, reason: 'Incompatible', held: 1 },
    { flavour: 'Apicurio', schema: twice, reason: 'InSync', held: 2 },
    { flavour: 'Confluent', schema: breaking, reason: 'InSync', held: 2 },
  ] as const)('is ours where $flavour would compare nothing because of references: $reason', async (row) => {
    const references = [{ name: 'Money', subject: 'money', version: 1 }];
    const { registry, texts, settle, ready } = worldInUse({ schema: row.schema, references, compatibility: 'Full' });
    registry.subjects.set('money', [{ id: 9, version: 1, schema: '"long"', references: [] }]);
    registry.flavour = row.flavour;
    registry.isCompatible = () => true;
    await settle();
    expect(ready()).toMatchObject({ reason: row.reason });
    expect(texts()).toHaveLength(row.held);
    expect(registry.levels.get(subject)).toBe(row.held === 1 ? undefined : 'Full');
  });

  it('is ours too where Apicurio would compare nothing and we cannot tell', async () => {
    const references = [{ name: 'Money', subject: 'money', version: 1 }];
    const { registry, checker, texts, settle, ready } = worldInUse({ schema: twice, references });
    registry.subjects.set('money', [{ id: 9, version: 1, schema: '"long"', references: [] }]);
    registry.flavour = 'Apicurio';
    checker.isTooMuch = () => true;
    await settle();
    expect(ready()).toMatchObject({
      reason: 'UnsupportedByRegistry',
      message:
        'subject "orders-value": the registry compares no schemas with references, and Sluice cannot tell whether this ' +
        'one agrees with earlier versions: /: the schemas are not compared to the end: it takes more than 1 s ' +
        '(CheckGivenUp); write the schema so that it can be compared, or register it by hand',
    });
    expect(texts()).toEqual([first]);
  });

  it('of JSON Schema has path, version and rule', async () => {
    const [old, next] = [{ type: 'string' }, { type: 'string', required: ['a'], maxLength: 3 }].map((one) =>
      JSON.stringify(one),
    );
    const { registry, texts, settle, ready } = worldInUse({ format: 'JSONSchema', schema: next ?? '' });
    registry.subjects.set(subject, [{ id: 1, version: 1, schema: old ?? '', references: [] }]);
    await settle();
    expect(ready()).toMatchObject({
      reason: 'Incompatible',
      message: expect.stringMatching(/: \/maxLength: .* version 1 .*\(JsonLengthNarrowed\); change spec.schema/),
    });
    expect(texts()).toEqual([old]);
  });

  it('is not asked about again where that would change the level and we see its cause, as long as nothing changes', async () => {
    const { registry, schemas, clock, settle, ready } = worldInUse(
      { schema: breaking, compatibility: 'Full' },
      'Backward',
    );
    await settle();
    const writes = registry.writes;
    await clock.advance(2 * tenMinutes);
    await settle();
    expect(registry.writes).toBe(writes);
    expect(ready()).toMatchObject({ reason: 'Incompatible' });
    schemas.edit(key, { spec: { ...schemas.must(key).spec, schema: twice } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('is told in its own words where no cause is seen, and is asked about again after ten minutes', async () => {
    const { registry, clock, texts, settle, ready } = worldInUse({ schema: twice });
    registry.isCompatible = () => false;
    await settle();
    const said = {
      reason: 'Incompatible',
      message: expect.stringContaining('not Backward compatible with version 1;'),
    };
    expect(ready()).toMatchObject(said);
    registry.isCompatible = () => true;
    await clock.advance(tenMinutes - 1);
    await settle();
    expect(ready()).toMatchObject(said);
    await clock.advance(1);
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(texts()).toEqual([first, twice]);
  });

  it('is none of the schema where nothing is wrong with it: the registry cannot deal with it', async () => {
    const { registry, clock, settle, ready } = worldInUse({ schema: twice, compatibility: 'Full' }, 'Backward');
    const { register } = registry;
    registry.register = async () => ({ kind: 'invalid', problems: ['Could not execute compatibility rule'] });
    await settle();
    expect(ready()).toMatchObject({
      status: 'False',
      reason: 'UnsupportedByRegistry',
      message:
        'subject "orders-value": the registry cannot deal with the schema, in which Sluice finds nothing wrong: Could not ' +
        'execute compatibility rule; it is asked again every 10 minutes; write the schema otherwise, or use another registry',
    });
    expect(registry.levels.get(subject)).toBe('Backward');
    registry.register = register;
    await clock.advance(tenMinutes);
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(registry.levels.get(subject)).toBe('Full');
  });

  it('stays one of compatibility where it says that it cannot read the schema and we see a break', async () => {
    const { registry, settle, ready } = worldInUse({ schema: breaking });
    registry.register = async () => ({ kind: 'invalid', problems: ['Could not execute compatibility rule'] });
    await settle();
    expect(ready()).toMatchObject({
      reason: 'Incompatible',
      message: expect.stringContaining('AvroFieldWithoutDefault'),
    });
  });

  it('is what a registry means that fails again and again over one schema, and answers all else', async () => {
    const { registry, round, settle, ready } = worldInUse({ schema: twice });
    const failed = new Fault('registry', 'unavailable', 'cannot register: answered 500', { code: '500' });
    let failures = 0;
    registry.register = () => {
      failures += 1;
      return Promise.reject(failed);
    };
    for (const _ of [1, 2]) {
      expect(await round()).toMatchObject({ outcome: { kind: 'retry' } });
      expect(ready()).toMatchObject({ reason: 'RegistryUnavailable' });
    }
    await settle();
    expect(failures).toBe(3);
    expect(ready()).toMatchObject({
      reason: 'UnsupportedByRegistry',
      message: expect.stringContaining('cannot register: answered 500'),
    });
  });

  it('leaves no level behind when the registry fails over the schema', async () => {
    const { registry, settle, ready } = worldInUse({ schema: twice, compatibility: 'Full' }, 'Backward');
    registry.register = () => Promise.reject(new Fault('registry', 'unavailable', 'answered 500', { code: '500' }));
    await settle();
    expect(ready()).toMatchObject({ reason: 'UnsupportedByRegistry' });
    expect(registry.levels.get(subject)).toBe('Backward');
  });
});

describe('a subject of somebody else', () => {
  const theirs = record(id, { name: 'theirs', type: 'string', default: '' });
  const strangers = {};

  it('stays as it is, schema and level, unless the spec says what it has', async () => {
    const { registry, schemas, texts, settle, ready } = worldInUse(
      { schema: theirs, compatibility: 'Full' },
      'Backward',
      strangers,
    );
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'AdoptionMismatch' });
    expect({ texts: texts(), level: registry.levels.get(subject) }).toEqual({ texts: [first], level: 'Backward' });
    schemas.edit(key, { spec: { ...schemas.must(key).spec, schema: first, compatibility: 'Backward' } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it.each([
    { what: 'another level', spec: { compatibility: 'Full' }, reason: 'AdoptionMismatch' },
    { what: 'the policy Never', spec: { adoptionPolicy: 'Never' }, reason: 'AdoptionRefused' },
  ] as const)('stays so with the very schema of the spec and $what, however often it is looked at', async (row) => {
    const { registry, status, settle, ready } = worldInUse(row.spec, 'Backward', strangers);
    await settle();
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: row.reason });
    expect(status()).not.toHaveProperty('version');
    expect(registry.levels.get(subject)).toBe('Backward');
  });

  it('is one although the registry refused a schema of this resource before', async () => {
    const { registry, schemas, clock, texts, settle, ready } = world({ schema: theirs });
    const { register } = registry;
    registry.register = async () => ({ kind: 'invalid', problems: ['no'] });
    await settle();
    expect(ready()).toMatchObject({ reason: 'UnsupportedByRegistry' });
    registry.register = register;
    registry.subjects.set(subject, [{ id: 8, version: 1, schema: first, references: [] }]);
    await clock.advance(600_000);
    await settle();
    expect(schemas.must(key).status).not.toHaveProperty('version');
    expect(ready()).toMatchObject({ reason: 'AdoptionMismatch' });
    expect(texts()).toEqual([first]);
  });

  it.each([
    { kind: 'rejected', code: '42205' },
    { kind: 'denied', code: '403' },
    { kind: 'throttled', code: '429' },
  ] as const)('is one although the registry turned a registration away before, with $code', async ({ kind, code }) => {
    const { registry, clock, texts, settle, ready } = world({ schema: theirs, compatibility: 'Full' });
    const { register } = registry;
    registry.register = () => Promise.reject(new Fault('registry', kind, `error ${code}`, { code }));
    await settle();
    expect(ready()).toMatchObject({ status: 'False' });
    registry.register = register;
    registry.subjects.set(subject, [{ id: 8, version: 1, schema: first, references: [] }]);
    await clock.advance(600_000);
    await settle();
    expect(ready()).toMatchObject({ reason: 'AdoptionMismatch' });
    expect({ texts: texts(), level: registry.levels.get(subject) }).toEqual({ texts: [first], level: undefined });
  });

  it('keeps the level that it had when the spec names it no more', async () => {
    const { registry, schemas, status, settle } = worldInUse({ compatibility: 'Full' }, 'Full', strangers);
    await settle();
    expect(status()).toMatchObject({ version: 1 });
    expect(status()).not.toHaveProperty('appliedCompatibility');
    schemas.edit(key, { spec: { compatibility: null } });
    await settle();
    expect(registry.levels.get(subject)).toBe('Full');
  });

  it('is no longer one after it was taken, whatever of the answer is lost', async () => {
    const spec = { schema: theirs, adoptionPolicy: 'Take', compatibility: 'Full' } as const;
    const { registry, texts, settle, ready } = worldInUse(spec, 'Backward', strangers);
    await settle();
    expect({ texts: texts(), level: registry.levels.get(subject) }).toEqual({ texts: [first, theirs], level: 'Full' });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it.each(calls)('is none that this resource has just made, when the answer to call %i is lost', async (call) => {
    const { registry, texts, settle, ready } = world({ adoptionPolicy: 'Never', compatibility: 'Full' });
    registry.loseAnswer(call);
    await settle();
    await settle();
    expect(texts()).toEqual([first]);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('is told from one’s own return to an older schema', async () => {
    const { registry, schemas, status, settle, ready } = world();
    await settle();
    registry.subjects.set(subject, [
      ...(registry.subjects.get(subject) ?? []),
      { id: 8, version: 2, schema: theirs, references: [] },
    ]);
    await settle();
    expect(ready()).toMatchObject({
      status: 'True',
      reason: 'NewerVersionExists',
      message: expect.stringContaining('somebody else registered version 2 after it'),
    });
    schemas.edit(key, { spec: { ...schemas.must(key).spec, schema: theirs } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    schemas.edit(key, { spec: { ...schemas.must(key).spec, schema: first } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'MatchesOlderVersion' });
    expect(status()).toMatchObject({ version: 1, newestOwnVersion: 2 });
  });

  it('is one too when it comes between the looks at its list and at its newest version', async () => {
    const { registry, schemas, texts, settle, ready } = world({ schema: first, adoptionPolicy: 'Never' });
    const { listVersions } = registry;
    registry.listVersions = async (name, options) => {
      const listed = await listVersions.call(registry, name, options);
      registry.subjects.set(subject, [{ id: 8, version: 1, schema: first, references: [] }]);
      return listed;
    };
    const { readVersion } = registry;
    registry.readVersion = async (...asked) => {
      // After the list.
      await Promise.resolve();
      return readVersion.apply(registry, asked);
    };
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'AdoptionRefused' });
    expect(schemas.must(key).status).not.toHaveProperty('version');
    expect({ texts: texts(), writes: registry.writes }).toEqual({ texts: [first], writes: 0 });
  });

  it('is not registered over before anybody has looked at it', async () => {
    const { registry, texts, settle, ready } = world({ schema: first });
    const { listVersions } = registry;
    let looks = 0;
    registry.listVersions = (name, options) => {
      looks += 1;
      // Right before the registration.
      if (looks === 2) registry.subjects.set(subject, [{ id: 8, version: 1, schema: theirs, references: [] }]);
      return listVersions.call(registry, name, options);
    };
    await settle();
    expect(texts()).toEqual([theirs]);
    expect(ready()).toMatchObject({ status: 'False', reason: 'AdoptionMismatch' });
  });
});

describe('a version that somebody deletes', () => {
  const later = record(id, { name: 'note', type: 'string', default: '' });

  it('stays deleted until a person agrees, be the spec as it was or another one', async () => {
    const { registry, schemas, status, texts, settle, ready } = world({ compatibility: 'Full' });
    await settle();
    registry.deleteVersion(subject, 1);
    registry.levels.delete(subject);
    await settle();
    const held = { reason: 'SubjectDeletedOutOfBand', message: expect.stringContaining('with nothing') };
    expect(ready()).toMatchObject(held);
    schemas.edit(key, { spec: { ...schemas.must(key).spec, schema: later } });
    await settle();
    expect(ready()).toMatchObject(held);
    expect({ texts: texts(), level: registry.levels.get(subject) }).toEqual({ texts: [], level: undefined });
    expect(status()).toMatchObject({ version: 1, schemaId: 1 });
    const annotations = { 'sluice.dev/register-deleted-version': '1' };
    schemas.edit(key, { metadata: { ...schemas.must(key).metadata, annotations } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(status()).toMatchObject({ version: 2 });
    expect({ texts: texts(), level: registry.levels.get(subject) }).toEqual({ texts: [later], level: 'Full' });
  });

  it.each([
    { where: 'the newest', more: [] },
    { where: 'an older one', more: [{ id: 9, version: 2, schema: later, references: [] }] },
  ])('is one too where a stranger’s schema has its number, as $where', async ({ more }) => {
    const { registry, schemas, status, texts, settle, ready } = world();
    await settle();
    const strangers = record({ name: 'theirs', type: 'string' });
    registry.subjects.set(subject, [{ id: 8, version: 1, schema: strangers, references: [] }, ...more]);
    registry.globalLevel = 'None';
    const before = texts();
    await settle();
    const message = expect.stringContaining('version 1 of subject "orders-value" is another schema now');
    expect(ready()).toMatchObject({ reason: 'SubjectDeletedOutOfBand', message });
    expect({ texts: texts(), status: status() }).toMatchObject({ texts: before, status: { version: 1, schemaId: 1 } });
    const annotations = { 'sluice.dev/register-deleted-version': '1' };
    schemas.edit(key, { metadata: { ...schemas.must(key).metadata, annotations } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('is another loss each time: what was agreed to once is not agreed to again', async () => {
    const { registry, schemas, texts, settle, ready } = world();
    await settle();
    registry.deleteVersion(subject, 1);
    const annotations = { 'sluice.dev/register-deleted-version': '1' };
    schemas.edit(key, { metadata: { ...schemas.must(key).metadata, annotations } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True' });
    registry.deleteVersion(subject, 2);
    await settle();
    expect(ready()).toMatchObject({ reason: 'SubjectDeletedOutOfBand', message: expect.stringContaining('version=2') });
    expect(texts()).toEqual([]);
  });
});

describe('a schema that a registry takes for another one', () => {
  const documented = record({ ...id, doc: 'Of the order.' });
  const aliased = record({ ...id, aliases: ['orderId'] });

  it.each([
    { what: 'an alias', schema: aliased },
    { what: 'documentation', schema: documented },
  ])('is registered with $what that its normal form drops, once', async ({ schema }) => {
    const { registry, status, texts, settle, ready } = worldInUse({ schema });
    registry.forgetful = ['aliases', 'doc'];
    await settle();
    expect(texts()).toEqual([first, schema]);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(status()).toMatchObject({ version: 2, latestVersion: 2 });
    expect(status()).not.toHaveProperty('notStored');
  });

  it('is found again among older versions', async () => {
    const bench = worldInUse({ schema: aliased });
    bench.registry.forgetful = ['aliases'];
    await bench.settle();
    bench.schemas.edit(key, { spec: { ...bench.schemas.must(key).spec, schema: first } });
    await bench.settle();
    expect(bench.texts()).toEqual([first, aliased]);
    expect(bench.ready()).toMatchObject({ status: 'True', reason: 'MatchesOlderVersion' });
    expect(bench.status()).toMatchObject({ version: 1, latestVersion: 2 });
  });

  it('is not offered again and again to a registry that keeps no documentation, and Ready says so', async () => {
    const { registry, status, texts, settle, ready } = world({ schema: documented });
    registry.lossy = ['doc'];
    await settle();
    expect(texts()).toHaveLength(1);
    expect(ready()).toMatchObject({ status: 'True', message: expect.stringContaining('does not keep /fields/0/doc') });
    expect(status()).toMatchObject({ version: 1, notStored: ['/fields/0/doc'] });
  });

  it.each([
    { what: 'documentation', attribute: 'doc', schema: documented },
    { what: 'aliases', attribute: 'aliases', schema: aliased },
  ])('is not offered again after a restart to a registry that keeps no $what', async ({ attribute, schema }) => {
    const { registry, status, settle, restart } = world({ schema });
    registry.lossy = [attribute];
    await settle();
    const [known, writes] = [status(), registry.writes];
    restart();
    await settle();
    expect({ status: status(), writes: registry.writes }).toEqual({ status: known, writes });
  });

  it('is not Ready in a registry that keeps no aliases', async () => {
    const { registry, settle, ready } = worldInUse({ schema: aliased });
    registry.lossy = ['aliases'];
    await settle();
    expect(ready()).toMatchObject({
      status: 'False',
      reason: 'UnsupportedByRegistry',
      message: expect.stringContaining('does not keep /fields/0/aliases'),
    });
  });

  it('is registered although it says the same as one with other references', async () => {
    const references = [{ name: 'Money', subject: 'money', version: 2 }];
    const { registry, texts, settle, ready } = worldInUse({ references });
    const money = { id: 9, schema: '"long"', references: [] };
    registry.subjects.set('money', [
      { ...money, version: 1 },
      { ...money, version: 2 },
    ]);
    await settle();
    expect(texts()).toEqual([first, first]);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });
});

describe('the grants of an EventSchema', () => {
  const references = [{ name: 'Money', subject: 'money', version: 1 }];
  const only = (...subjects: string[]) => ({ access: [accessRule({ namespaces: ['shop'], subjects })] });
  const money = { id: 9, version: 1, schema: '"long"', references: [] };

  it.each([
    { it: 'is there', versions: [money] },
    { it: 'is not there', versions: [] },
  ])(
    'hold for subjects that it refers to; whether one that is refused $it is not told, nor asked',
    async ({ versions }) => {
      const { registry, clusters, texts, settle, ready } = world({ references });
      if (versions.length > 0) registry.subjects.set('money', versions);
      const asked: string[] = [];
      const { listVersions } = registry;
      registry.listVersions = (name, options) => {
        asked.push(name);
        return listVersions.call(registry, name, options);
      };
      clusters.edit('default', { spec: only(subject) });
      await settle();
      expect(ready()).toMatchObject({
        reason: 'NotGranted',
        message:
          'EventCluster "default" does not grant subjects "money" to this namespace; ask its owner for an access rule',
      });
      expect({ asked, texts: texts() }).toEqual({ asked: [], texts: [] });
      clusters.edit('default', { spec: only(subject, 'money') });
      await settle();
      expect(ready()).toMatchObject({ reason: versions.length > 0 ? 'InSync' : 'ReferenceNotReady' });
    },
  );

  it('are asked before ownership: an older resource that is refused for a reference holds no subject', async () => {
    const older = { name: 'older', uid: 'older-uid', creationTimestamp: '2025-01-01T00:00:00Z' };
    const rival = schemaResource({ subject, schema: breaking, references }, {}, older);
    const { clusters, texts, settle, ready } = world({}, [rival]);
    clusters.edit('default', { spec: only(subject) });
    await settle('shop/older');
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(texts()).toEqual([first]);
  });

  it('that go for a reference only leave the subject to who registered it', async () => {
    const younger = { name: 'younger', uid: 'younger-uid', creationTimestamp: '2027-01-01T00:00:00Z' };
    const { registry, clusters, texts, settle, ready } = world({ references }, [
      schemaResource({ subject, schema: breaking }, {}, younger),
    ]);
    registry.subjects.set('money', [money]);
    clusters.edit('default', { spec: only(subject, 'money') });
    await settle();
    clusters.edit('default', { spec: only(subject) });
    await settle();
    await settle('shop/younger');
    expect(ready()).toMatchObject({ reason: 'NotGranted' });
    expect(ready('shop/younger')).toMatchObject({ reason: 'OwnedByOther' });
    expect(texts()).toEqual([first]);
  });

  it('that go leave on record what was registered, and nothing of what the registry holds', async () => {
    const { clusters, status, settle, ready } = world();
    await settle();
    clusters.edit('default', { spec: only('other') });
    await settle();
    expect(ready()).toMatchObject({ reason: 'NotGranted' });
    expect(status()).toMatchObject({ subject, version: 1, schemaId: 1 });
    for (const field of ['latestVersion', 'effectiveCompatibility', 'lastCheck']) {
      expect(status()).not.toHaveProperty(field);
    }
  });
});

describe('level and schema', () => {
  it('change as one step, in one round', async () => {
    const { registry, status, texts, round, settle, ready } = worldInUse({ compatibility: 'None', schema: breaking });
    expect(await round()).toMatchObject({ outcome: { kind: 'recheck' }, changed: true });
    expect(texts()).toEqual([first, breaking]);
    expect(registry.levels.get(subject)).toBe('None');
    await settle();
    expect(status()).not.toHaveProperty('previousCompatibility');
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it.each([{ level: 'Backward' }, { level: undefined }] as const)(
    'stay as they were, own level $level, when the schema is refused',
    async ({ level }) => {
      const { registry, status, texts, settle, ready } = worldInUse({ compatibility: 'Full', schema: breaking }, level);
      await settle();
      expect(texts()).toEqual([first]);
      expect(registry.levels.get(subject)).toBe(level);
      expect(status()).not.toHaveProperty('previousCompatibility');
      expect(status()).toMatchObject({ lastCheck: { compatible: false } });
      expect(ready()).toMatchObject({ status: 'False', reason: 'Incompatible' });
    },
  );

  it.each([
    { kind: 'rejected', code: '42205', own: 'Backward' },
    { kind: 'rejected', code: '413', own: undefined },
    { kind: 'denied', code: '403', own: 'Backward' },
    { kind: 'throttled', code: '429', own: undefined },
  ] as const)('stay as they were, own level $own, when the schema is turned away with $code', async (row) => {
    const { registry, texts, settle, ready } = worldInUse({ compatibility: 'None', schema: breaking }, row.own);
    registry.register = () => Promise.reject(new Fault('registry', row.kind, `error ${row.code}`, { code: row.code }));
    await settle();
    expect({ texts: texts(), level: registry.levels.get(subject) }).toEqual({ texts: [first], level: row.own });
    expect(ready()).toMatchObject({ status: 'False' });
  });

  it.each([
    { it: 'a level alone', spec: { compatibility: 'Full' } },
    { it: 'a level with a schema', spec: { compatibility: 'None', schema: breaking } },
  ] as const)('know $it for their own when the answer is lost', async ({ spec }) => {
    const { registry, schemas, status, round, settle } = worldInUse(spec, 'Backward');
    let writes = 0;
    const { writeLevel } = registry;
    registry.writeLevel = async (...given) => {
      await writeLevel.apply(registry, given);
      writes += 1;
      if (writes === 1) throw new Fault('registry', 'unavailable', 'no answer', { code: 'ECONNRESET' });
    };
    await round();
    await settle();
    expect(writes).toBe(1);
    expect(status()).toMatchObject({ appliedCompatibility: spec.compatibility });
    schemas.edit(key, { spec: { compatibility: null } });
    await settle();
    expect(registry.levels.has(subject)).toBe(false);
  });

  it('are what they were when a change that was interrupted is taken back', async () => {
    const { registry, schemas, status, texts, round, settle, ready } = worldInUse(
      { compatibility: 'None', schema: breaking },
      'Backward',
    );
    const { register } = registry;
    registry.register = () => Promise.reject(away);
    await round();
    registry.register = register;
    expect(registry.levels.get(subject)).toBe('None');
    schemas.edit(key, { spec: { compatibility: null, schema: first } });
    await settle();
    expect({ texts: texts(), level: registry.levels.get(subject) }).toEqual({ texts: [first], level: 'Backward' });
    expect(status()).not.toHaveProperty('previousCompatibility');
    expect(status()).not.toHaveProperty('appliedCompatibility');
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('leave no level behind of a new subject whose text is no schema', async () => {
    const { registry, texts, settle, ready } = world({ compatibility: 'Full', schema: '{' });
    await settle();
    expect(texts()).toEqual([]);
    expect(registry.levels.has(subject)).toBe(false);
    expect(ready()).toMatchObject({ status: 'False', reason: 'InvalidSchema' });
  });

  it('ask no registry to take a text with a mistake, and say where it is', async () => {
    const { registry, status, settle, ready } = worldInUse({ schema: record({ name: 'id', type: 'strng' }) }, 'Full');
    await settle();
    expect(registry.writes).toBe(0);
    const where = '/fields/0/type (line 1, column 63): "strng" is neither';
    expect(ready()).toMatchObject({
      status: 'False',
      reason: 'InvalidSchema',
      message: expect.stringContaining(where),
    });
    expect(status()).toMatchObject({ lastCheck: { compatible: false, problems: [expect.stringContaining(where)] } });
  });

  it('find no mistake in what is registered, because the registry took it', async () => {
    const odd = JSON.stringify({ type: 'fixed', name: 'a-b', size: 1 });
    const { registry, settle, ready } = world({ schema: odd });
    registry.subjects.set(subject, [{ id: 1, version: 1, schema: odd, references: [] }]);
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('are tried again when the inherited level that refused them changes', async () => {
    const { registry, texts, settle, ready } = worldInUse({ schema: breaking });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'Incompatible' });
    registry.globalLevel = 'None';
    await settle();
    expect(texts()).toEqual([first, breaking]);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('keep the level to put back on record while the cluster is ReadOnly', async () => {
    const { registry, schemas, clusters, status, texts, settle, ready } = worldInUse(
      { compatibility: 'Full', schema: breaking },
      'Full',
    );
    // A crash after the level was set.
    schemas.editStatus(key, { previousCompatibility: 'Backward' });
    clusters.edit('default', { spec: { mode: 'ReadOnly' } });
    await settle();
    expect(registry.writes).toBe(0);
    expect(status()).toMatchObject({ previousCompatibility: 'Backward' });
    expect(ready()).toMatchObject({ status: 'False', reason: 'ClusterReadOnly' });
    clusters.edit('default', { spec: { mode: 'ReadWrite' } });
    await settle();
    expect(registry.levels.get(subject)).toBe('Backward');
    expect(texts()).toEqual([first]);
    expect(ready()).toMatchObject({ status: 'False', reason: 'Incompatible' });
  });

  const ends = {
    accepted: {
      spec: { compatibility: 'None', schema: breaking },
      level: 'None',
      texts: [first, breaking],
      ready: 'InSync',
    },
    refused: {
      spec: { compatibility: 'Full', schema: breaking },
      level: 'Backward',
      texts: [first],
      ready: 'Incompatible',
    },
  } as const;
  const troubles = (['accepted', 'refused'] as const).flatMap((end) => calls.map((call) => ({ end, call })));

  it.each(troubles)('end the same, $end, when call $call to the registry fails', async ({ end, call }) => {
    const bench = worldInUse(ends[end].spec, 'Backward');
    bench.registry.failCall(call);
    await expectEnd(bench, end);
  });

  it.each(troubles)(
    'end the same, $end, when the answer to call $call to the registry is lost',
    async ({ end, call }) => {
      const bench = worldInUse(ends[end].spec, 'Backward');
      bench.registry.loseAnswer(call);
      await expectEnd(bench, end);
    },
  );

  const writes = troubles.filter(({ call }) => call <= 3);
  it.each(writes)('end the same, $end, when the answer to status write $call is lost', async ({ end, call }) => {
    const bench = worldInUse(ends[end].spec, 'Backward');
    bench.schemas.failCall(call, away, { applied: true });
    await expectEnd(bench, end);
  });

  async function expectEnd(
    { registry, status, texts, settle, ready }: ReturnType<typeof worldInUse>,
    end: keyof typeof ends,
  ): Promise<void> {
    const expected = ends[end];
    await settle();
    await settle();
    expect(texts()).toEqual(expected.texts);
    expect(registry.levels.get(subject)).toBe(expected.level);
    expect(status()).not.toHaveProperty('previousCompatibility');
    expect(ready()).toMatchObject({ reason: expected.ready });
  }
});
