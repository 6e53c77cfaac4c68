import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
let namespace: string;

beforeAll(async () => {
  namespace = await cluster.createNamespace('schemas');
  await cluster.create(
    manifest('EventCluster', namespace, {
      kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
      registry: { url: world.registry.url },
      access: [{ namespaces: [namespace], subjects: [`${namespace}.*`] }],
    }),
  );
});
afterAll(async () => {
  await cluster.delete('EventCluster', namespace);
  await cluster.close();
});

/** The registry as any client sees it: what it says does not pass through our own adapter. */
async function ask(path: string, init: RequestInit = {}): Promise<unknown> {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
  const response = await fetch(`${world.registry.url}${path}`, { ...init, headers });
  return response.status === 404 ? undefined : response.json();
}

const versionsOf = (subject: string) => ask(`/subjects/${subject}/versions`);
const levelOf = (subject: string) => ask(`/config/${subject}`);

const field = (name: string, extra: Record<string, unknown> = {}) => ({ name, type: 'string', ...extra });
const record = (...fields: readonly unknown[]) => JSON.stringify({ type: 'record', name: 'Order', fields });

async function createSchema(name: string, spec: Record<string, unknown>): Promise<{ key: string; subject: string }> {
  const subject = `${namespace}.${name}`;
  await cluster.create(manifest('EventSchema', name, { clusterRef: { name: namespace }, subject, ...spec }, namespace));
  return { key: `${namespace}/${name}`, subject };
}

const change = (key: string, spec: Record<string, unknown>) => cluster.patch('EventSchema', key, { spec });
const annotate = (key: string, annotations: Record<string, string>) =>
  cluster.patch('EventSchema', key, { metadata: { annotations } });
const lookAt = (key: string) => annotate(key, { 'sluice.dev/reconcile-requested-at': new Date().toISOString() });

describe('an EventSchema', () => {
  it('becomes the first version of its subject, with the level that it asks for', async () => {
    const { key, subject } = await createSchema('first', { schema: record(field('id')), compatibility: 'Full' });
    const { status } = await cluster.whenReady('EventSchema', key);
    expect(await versionsOf(subject)).toEqual([1]);
    expect(await levelOf(subject)).toMatchObject({ compatibilityLevel: 'FULL' });
    expect(status).toMatchObject({
      subject,
      version: 1,
      latestVersion: 1,
      schemaId: expect.any(Number),
      effectiveCompatibility: { level: 'Full', source: 'Subject' },
      lastCheck: { compatible: true },
    });
  });

  it('makes no version for an equal schema in other words', async () => {
    const { key, subject } = await createSchema('equal', { schema: record(field('id')) });
    await cluster.whenReady('EventSchema', key);
    await change(key, { schema: JSON.stringify(JSON.parse(record(field('id'))), null, 2) });
    await cluster.whenReady('EventSchema', key);
    expect(await versionsOf(subject)).toEqual([1]);
  });

  it.each([
    { what: 'default of an enum', name: 'enum-default', type: { default: 'NEW' } },
    { what: 'alias', name: 'alias', aliases: ['state'] },
    { what: 'documentation', name: 'documented', doc: 'Where the order is.' },
  ])(
    'registers an added $what, which the registry passes over when it compares',
    async ({ what, name, type, ...more }) => {
      const symbols = { type: 'enum', name: 'Status', symbols: ['NEW', 'PAID'] };
      const { key, subject } = await createSchema(name, { schema: record(field('status', { type: symbols })) });
      await cluster.whenReady('EventSchema', key);
      const schema = record(field('status', { ...more, type: { ...symbols, ...type } }));
      await change(key, { schema });
      const { status } = await cluster.whenReady('EventSchema', key);
      expect(status, what).toMatchObject({ version: 2, latestVersion: 2 });
      expect(await ask(`/subjects/${subject}/versions/latest`)).toMatchObject({ version: 2, schema });
    },
  );

  it('registers a compatible change as the next version', async () => {
    const spec = { schema: record(field('id')), compatibility: 'Backward' };
    const { key, subject } = await createSchema('grows', spec);
    await cluster.whenReady('EventSchema', key);
    await change(key, { schema: record(field('id'), field('note', { default: '' })) });
    const { status } = await cluster.whenReady('EventSchema', key);
    expect(await versionsOf(subject)).toEqual([1, 2]);
    expect(status).toMatchObject({ version: 2, latestVersion: 2 });
  });

  it('is stalled with path, version and rule when the change is not compatible, and heals', async () => {
    const spec = { schema: record(field('id')), compatibility: 'Backward' };
    const { key, subject } = await createSchema('breaks', spec);
    await cluster.whenReady('EventSchema', key);
    await change(key, { schema: record(field('id'), field('required')) });
    const { status } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'Incompatible');
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.message).toContain(
      ': /fields/1: this schema cannot read what version 1 writes: it needs field "required" of record "Order", which is ' +
        'not written and has no default (AvroFieldWithoutDefault); change spec.schema, or spec.compatibility',
    );
    expect(status).toMatchObject({ version: 1, lastCheck: { compatible: false, problems: [expect.any(String)] } });
    expect(await versionsOf(subject)).toEqual([1]);
    await change(key, { schema: record(field('id')) });
    await cluster.whenReady('EventSchema', key);
  });

  it('leaves the level as it was when the schema is refused', async () => {
    const spec = { schema: record(field('id'), field('name')), compatibility: 'Backward' };
    const { key, subject } = await createSchema('level', spec);
    await cluster.whenReady('EventSchema', key);
    await change(key, { schema: record(field('id'), field('other')), compatibility: 'Full' });
    await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'Incompatible');
    expect(await levelOf(subject)).toMatchObject({ compatibilityLevel: 'BACKWARD' });
    const resource = await cluster.get('EventSchema', key);
    expect(resource?.status).not.toHaveProperty('previousCompatibility');
  });

  it('leaves a subject deleted that somebody deleted, until a person agrees', async () => {
    const spec = { schema: record(field('id')), compatibility: 'FullTransitive' };
    const { key, subject } = await createSchema('deleted', spec);
    await cluster.whenReady('EventSchema', key);
    await ask(`/subjects/${subject}`, { method: 'DELETE' });
    await lookAt(key);
    const { status } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'SubjectDeletedOutOfBand');
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.message).toBe(
      `version 1 of subject "${subject}" was deleted by somebody else, and FullTransitive would compare a new version with ` +
        'nothing; to register the schema again, annotate this resource sluice.dev/register-deleted-version=1',
    );
    expect(await versionsOf(subject)).toBeUndefined();
    await annotate(key, { 'sluice.dev/register-deleted-version': '1' });
    await cluster.whenReady('EventSchema', key);
    expect(await versionsOf(subject)).toEqual([2]);
  });

  it('restores a level that somebody weakened', async () => {
    const spec = { schema: record(field('id')), compatibility: 'Full' };
    const { key, subject } = await createSchema('weakened', spec);
    await cluster.whenReady('EventSchema', key);
    await ask(`/config/${subject}`, { method: 'PUT', body: JSON.stringify({ compatibility: 'BACKWARD' }) });
    await lookAt(key);
    await eventually(async () => expect(await levelOf(subject)).toMatchObject({ compatibilityLevel: 'FULL' }), {
      within: 30_000,
    });
  });

  it('removes the level that it set when the spec names none any more', async () => {
    const spec = { schema: record(field('id')), compatibility: 'Full' };
    const { key, subject } = await createSchema('unlevelled', spec);
    await cluster.whenReady('EventSchema', key);
    await change(key, { compatibility: null });
    const { status } = await cluster.whenReady('EventSchema', key);
    expect(await levelOf(subject)).not.toMatchObject({ compatibilityLevel: 'FULL' });
    expect(status).toMatchObject({ effectiveCompatibility: { source: 'Global' } });
  });

  it('says where it is not a schema, and is registered once it is one', async () => {
    const { key, subject } = await createSchema('nonsense', { schema: record(field('id', { type: 'strng' })) });
    const { status } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'InvalidSchema');
    const message = status?.conditions?.find(({ type }) => type === 'Stalled')?.message;
    expect(message).toMatch(/\/fields\/0\/type \(line 1, column \d+\): "strng" is neither .* \(AvroTypeUnknown\)/);
    expect(await versionsOf(subject)).toBeUndefined();
    await change(key, { schema: record(field('id')) });
    await cluster.whenReady('EventSchema', key);
    expect(await versionsOf(subject)).toEqual([1]);
  });

  it.each([
    { what: 'a subject with a slash, a colon and spaces', name: 'odd', rest: '/a: b$', mark: '' },
    { what: 'a text behind a byte order mark', name: 'marked', rest: '', mark: '\uFEFF' },
  ])('registers $what', async ({ name, rest, mark }) => {
    const subject = `${namespace}.${name}${rest}`;
    const { key } = await createSchema(name, { subject, schema: `${mark}${record(field('id'))}` });
    await cluster.whenReady('EventSchema', key);
    expect(await versionsOf(encodeURIComponent(subject))).toEqual([1]);
  });

  it('waits for a schema that it refers to', async () => {
    const money = `${namespace}.money`;
    const schema = JSON.stringify({
      type: 'record',
      name: 'Priced',
      fields: [{ name: 'price', type: 'com.example.Money' }],
    });
    const references = [{ name: 'com.example.Money', subject: money, version: 1 }];
    const { key } = await createSchema('priced', { schema, references });
    await cluster.whenCondition('EventSchema', key, 'Reconciling', 'True', 'ReferenceNotReady');
    const amount = {
      type: 'record',
      name: 'Money',
      namespace: 'com.example',
      fields: [{ name: 'cents', type: 'long' }],
    };
    const created = await createSchema('money', { schema: JSON.stringify(amount) });
    await cluster.whenReady('EventSchema', created.key);
    await cluster.whenReady('EventSchema', key);
  });

  it('is not called wrong by a registry that cannot check it', async () => {
    const note = field('note', { default: '' });
    const referring = record(note, field('coin', { type: ['null', 'com.example.Coin'], default: null }));
    const coin = JSON.stringify({ type: 'fixed', name: 'Coin', namespace: 'com.example', size: 1 });
    const coins = await createSchema('coin', { schema: coin });
    await cluster.whenReady('EventSchema', coins.key);
    const references = [{ name: 'com.example.Coin', subject: coins.subject, version: 1 }];
    const { key, subject } = await createSchema('unchecked', { schema: referring, references, compatibility: 'Full' });
    await cluster.whenReady('EventSchema', key);
    await change(key, { schema: record(note, field('other'), field('coin', { type: 'com.example.Coin' })) });
    const { status: unseen } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'Incompatible');
    expect(unseen).toMatchObject({ version: 1, latestVersion: 1 });
    await change(key, { schema: record(note), references: null });
    const { status } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'UnsupportedByRegistry');
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.message).toContain(
      'finds nothing wrong: Could not',
    );
    await change(key, { schema: record(field('other')) });
    const { status: broken } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'Incompatible');
    expect(broken).toMatchObject({
      version: 1,
      lastCheck: {
        problems: [expect.stringMatching(/^\/fields\/0: .* version 1 writes: .*"other".*FieldWithoutDefault/)],
      },
    });
    expect(await versionsOf(subject)).toEqual([1]);
  });

  const draft07 = 'http://json-schema.org/draft-07/schema#';
  const object = (properties: object, required: readonly string[], draft = draft07) =>
    JSON.stringify({ $schema: draft, type: 'object', additionalProperties: false, properties, required });

  it('registers JSON Schema, makes no version of other words, and refuses a break with path, version and rule', async () => {
    const schema = object({ id: { type: 'string' }, note: { type: 'string' } }, ['id']);
    const { key, subject } = await createSchema('json', { format: 'JSONSchema', schema, compatibility: 'Backward' });
    await cluster.whenReady('EventSchema', key);
    await change(key, { schema: JSON.stringify(JSON.parse(schema), null, 2) });
    await cluster.whenReady('EventSchema', key);
    expect(await versionsOf(subject)).toEqual([1]);
    await change(key, { schema: object({ id: { type: 'string' }, note: {}, paid: { type: 'boolean' } }, ['id']) });
    const { status } = await cluster.whenReady('EventSchema', key);
    expect(status).toMatchObject({ version: 2, latestVersion: 2 });
    await change(key, { schema: object({ id: { type: 'integer' }, note: {}, paid: { type: 'boolean' } }, ['id']) });
    const { status: broken } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'Incompatible');
    expect(broken?.conditions?.find(({ type }) => type === 'Stalled')?.message).toMatch(
      /: \/properties\/id\/type: this schema does not take all that version 2 allows: .* \(JsonTypeNarrowed\); change spec/,
    );
    expect(await versionsOf(subject)).toEqual([1, 2]);
  });

  it('says where a JSON Schema is none', async () => {
    const schema = '{"type": "object",\n "properties": {"id": {"type": "strin"}}}';
    const { key, subject } = await createSchema('json-nonsense', { format: 'JSONSchema', schema });
    const { status } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'InvalidSchema');
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.message).toMatch(
      /wrong at \/properties\/id\/type \(line 2, column \d+\): .* \(JsonKeywordInvalid\); correct spec.schema/,
    );
    expect(await versionsOf(subject)).toBeUndefined();
  });

  it('says of a second JSON Schema of draft 2020-12 what the registry cannot do, and of a break that it is one', async () => {
    const draft = 'https://json-schema.org/draft/2020-12/schema';
    const spec = { format: 'JSONSchema', schema: object({ id: { type: 'string' } }, ['id'], draft) };
    const { key, subject } = await createSchema('json-2020', { ...spec, compatibility: 'Backward' });
    await cluster.whenReady('EventSchema', key);
    await change(key, { schema: object({ id: { type: 'string' }, note: {} }, ['id'], draft) });
    const { status } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'UnsupportedByRegistry');
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.message).toContain('finds nothing wrong');
    await change(key, { schema: object({ id: { type: 'integer' } }, ['id'], draft) });
    const { status: broken } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'Incompatible');
    expect(broken).toMatchObject({
      version: 1,
      lastCheck: { problems: [expect.stringContaining('JsonTypeNarrowed')] },
    });
    expect(await versionsOf(subject)).toEqual([1]);
  });

  it('leaves a subject to its first owner, and keeps it when it goes', async () => {
    const first = await createSchema('owner', { subject: `${namespace}.shared`, schema: record(field('id')) });
    await cluster.whenReady('EventSchema', first.key);
    const second = await createSchema('rival', {
      subject: `${namespace}.shared`,
      schema: record(field('other')),
      compatibility: 'Backward',
    });
    await cluster.whenCondition('EventSchema', second.key, 'Stalled', 'True', 'OwnedByOther');
    await cluster.delete('EventSchema', first.key);
    await cluster.whenGone('EventSchema', first.key);
    expect(await versionsOf(`${namespace}.shared`)).toEqual([1]);
    await cluster.whenCondition('EventSchema', second.key, 'Stalled', 'True', 'AdoptionMismatch');
  });

  it('leaves a subject that existed before as it is, unless it says the same or takes it', async () => {
    const subject = `${namespace}.theirs`;
    const theirs = record(field('id'));
    const versions = { method: 'POST', body: JSON.stringify({ schema: theirs, schemaType: 'AVRO' }) };
    await ask(`/subjects/${subject}/versions`, versions);
    await ask(`/config/${subject}`, { method: 'PUT', body: JSON.stringify({ compatibility: 'FORWARD' }) });
    const { key } = await createSchema('theirs', { schema: record(field('id'), field('note')), compatibility: 'Full' });
    const { status } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'AdoptionMismatch');
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.message).toMatch(
      /its newest version 1 is another schema; its compatibility level is Forward and not Full; make the spec say/,
    );
    expect([await versionsOf(subject), await levelOf(subject)]).toMatchObject([[1], { compatibilityLevel: 'FORWARD' }]);
    await change(key, { schema: theirs, compatibility: 'Forward' });
    await cluster.whenReady('EventSchema', key);
    await change(key, { compatibility: null });
    const { status: unlevelled } = await cluster.whenReady('EventSchema', key);
    expect(unlevelled).toMatchObject({ version: 1, effectiveCompatibility: { level: 'Forward', source: 'Subject' } });
  });

  it('says that somebody else registered a newer version', async () => {
    const { key, subject } = await createSchema('newer', { schema: record(field('id')) });
    await cluster.whenReady('EventSchema', key);
    const theirs = record(field('id'), field('note', { default: '' }));
    await ask(`/subjects/${subject}/versions`, {
      method: 'POST',
      body: JSON.stringify({ schema: theirs, schemaType: 'AVRO' }),
    });
    await lookAt(key);
    const { status } = await cluster.whenCondition('EventSchema', key, 'Ready', 'True', 'NewerVersionExists');
    expect(status).toMatchObject({ version: 1, latestVersion: 2, newestOwnVersion: 1 });
    expect(await versionsOf(subject)).toEqual([1, 2]);
  });

  it('is refused where the cluster does not grant the subject', async () => {
    const { key } = await createSchema('ungranted', { subject: 'somebody.else', schema: record(field('id')) });
    await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'NotGranted');
    expect(await versionsOf('somebody.else')).toBeUndefined();
  });

  it('is refused where the cluster does not grant a subject that it refers to, which is not told from one that is missing', async () => {
    const references = [{ name: 'com.example.Money', subject: 'somebody.money', version: 1 }];
    const { key, subject } = await createSchema('nosy', { schema: record(field('id')), references });
    const { status } = await cluster.whenCondition('EventSchema', key, 'Stalled', 'True', 'NotGranted');
    expect(JSON.stringify(status)).toContain('does not grant subjects \\"somebody.money\\" to this namespace');
    expect(await versionsOf(subject)).toBeUndefined();
  });

  it('waits where its cluster names no registry', async () => {
    await cluster.create(
      manifest('EventCluster', `${namespace}-bare`, {
        kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
        access: [{ namespaces: ['*'], subjects: ['*'] }],
      }),
    );
    const { key } = await createSchema('bare', {
      clusterRef: { name: `${namespace}-bare` },
      schema: record(field('id')),
    });
    await cluster.whenCondition('EventSchema', key, 'Reconciling', 'True', 'RegistryNotConfigured');
    await cluster.patch('EventCluster', `${namespace}-bare`, { spec: { registry: { url: world.registry.url } } });
    await cluster.whenReady('EventSchema', key);
    await cluster.delete('EventCluster', `${namespace}-bare`);
  });
});
