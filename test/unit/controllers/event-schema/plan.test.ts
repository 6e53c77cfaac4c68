import { describe, expect, it } from 'vitest';
import type { SeenSchema } from '../../../../src/controllers/event-schema/observed.ts';
import { planSchema, refuseSubjects, schemaTextOf } from '../../../../src/controllers/event-schema/plan.ts';
import { reportSchema } from '../../../../src/controllers/event-schema/report.ts';
import type { EventSchema, EventSchemaSpec, EventSchemaStatus } from '../../../../src/crds/event-schema.ts';
import { accessRule, clusterOf, useOf } from '../samples.ts';

function schema(
  spec: Partial<EventSchemaSpec> = {},
  status: Partial<EventSchemaStatus> = {},
  annotations: Record<string, string> = {},
): EventSchema {
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventSchema',
    metadata: {
      name: 'orders-value',
      namespace: 'shop',
      uid: 'schema-uid',
      resourceVersion: '3',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      annotations,
    },
    spec: {
      format: 'Avro',
      schema: '{"type":"string"}',
      normalize: true,
      adoptionPolicy: 'MatchOnly',
      deletionPolicy: 'Retain',
      paused: false,
      ...spec,
    },
    status,
  };
}

function seen(overrides: Partial<SeenSchema> = {}, resource = schema()): SeenSchema {
  return {
    kind: 'seen',
    wanted: schemaTextOf(resource),
    use: { ...useOf(), url: 'http://registry' },
    versions: [1],
    level: { level: 'Backward', source: 'Global' },
    registered: { id: 7, version: 1 },
    notStored: [],
    normalFormLoses: false,
    missingReferences: [],
    refusal: undefined,
    replacedBy: undefined,
    ownWrites: { registered: true, level: false },
    readOnly: undefined,
    ...overrides,
  };
}

const fresh = { versions: [], registered: undefined };
const unregistered = { registered: undefined };
const refused = { ...unregistered, refusal: { kind: 'incompatible', problems: ['b', 'a'] } } as const;
const own = (level: 'Backward' | 'Full') => ({ level: { level, source: 'Subject' } }) as const;

interface Row {
  it: string;
  resource?: EventSchema;
  seen?: Partial<SeenSchema>;
  actions?: readonly unknown[];
  blocked?: readonly unknown[];
}

const act = (action: Record<string, unknown>) => expect.objectContaining(action);
const registering = (wanted: Partial<SeenSchema['wanted']>) =>
  act({ kind: 'register', wanted: expect.objectContaining(wanted) });
const block = (kind: string, reason: string) => expect.objectContaining({ kind, reason });

const rows: Row[] = [
  { it: 'is content with a schema that is there' },
  {
    it: 'registers a new one',
    seen: fresh,
    actions: [act({ kind: 'register', subject: 'orders-value', change: undefined })],
  },
  {
    it: 'leaves the schema to the normal form of the registry unless the spec says otherwise',
    seen: fresh,
    actions: [registering({ normalize: true })],
  },
  {
    it: 'registers it as it is written where the spec says so',
    resource: schema({ normalize: false }),
    seen: fresh,
    actions: [registering({ normalize: false })],
  },
  {
    it: 'registers it as it is written where the normal form would lose something',
    seen: { ...unregistered, normalFormLoses: true },
    actions: [registering({ normalize: false })],
  },
  {
    it: 'says what the registry does not keep, and sets the level all the same',
    resource: schema({ compatibility: 'Full' }),
    seen: {
      notStored: [
        { path: '/doc', matters: false },
        { path: '/aliases', matters: true },
      ],
    },
    actions: [act({ kind: 'setLevel' })],
    blocked: [
      {
        kind: 'refuse',
        reason: 'UnsupportedByRegistry',
        message:
          'subject "orders-value": the registry took the schema as version 1 and does not keep /aliases; ' +
          'remove it from spec.schema, or use a registry that keeps it',
      },
    ],
  },
  {
    it: 'lets documentation go that the registry does not keep',
    seen: { notStored: [{ path: '/doc', matters: false }] },
  },
  {
    it: 'sets the level of a new subject together with its first schema',
    resource: schema({ compatibility: 'Full' }),
    seen: fresh,
    actions: [act({ kind: 'register', change: { from: 'Inherited', to: 'Full' } })],
  },
  {
    it: 'writes the old level down before it changes level and schema of a subject in use',
    resource: schema({ compatibility: 'Full' }),
    seen: { ...unregistered, ...own('Backward') },
    actions: [
      act({ kind: 'rememberLevel', previous: 'Backward' }),
      act({ kind: 'register', change: { from: 'Backward', to: 'Full' } }),
    ],
  },
  {
    it: 'does not write it down twice',
    resource: schema({ compatibility: 'Full' }, { previousCompatibility: 'Backward' }),
    seen: { ...unregistered, ...own('Backward') },
    actions: [act({ kind: 'register' })],
  },
  {
    it: 'only sets the level when the schema is there',
    resource: schema({ compatibility: 'Full' }),
    actions: [act({ kind: 'setLevel', change: { from: 'Inherited', to: 'Full' } })],
  },
  {
    it: 'leaves a level alone that somebody else set when the spec names none',
    seen: own('Full'),
  },
  {
    it: 'takes back the level that it set once the spec names none',
    resource: schema({}, { appliedCompatibility: 'Full' }),
    seen: own('Full'),
    actions: [act({ kind: 'setLevel', change: { from: 'Full', to: 'Inherited' } })],
  },
  {
    it: 'puts a level back that an interrupted change left behind once the spec names none',
    resource: schema({}, { previousCompatibility: 'Backward' }),
    seen: own('Full'),
    actions: [act({ kind: 'setLevel', change: { from: 'Full', to: 'Backward' } })],
  },
  {
    it: 'takes back the level that it set, and does not put it back, although the change was interrupted',
    resource: schema({}, { appliedCompatibility: 'Full', previousCompatibility: 'Full' }),
  },
  {
    it: 'does not set None where nothing is checked anyway',
    resource: schema({ compatibility: 'None' }),
    seen: { level: { level: 'None', source: 'Global' } },
  },
  {
    it: 'gives the registry’s reasons for a refusal, and does not try again',
    seen: refused,
    blocked: [expect.objectContaining({ reason: 'Incompatible', message: expect.stringContaining('b; a') })],
  },
  {
    it: 'puts a level back that a refused schema left behind',
    resource: schema({ compatibility: 'Full' }, { previousCompatibility: 'Backward' }),
    seen: { ...refused, ...own('Full') },
    actions: [act({ kind: 'restoreLevel', change: { from: 'Full', to: 'Backward' } })],
    blocked: [block('refuse', 'Incompatible')],
  },
  {
    it: 'says that the text is no schema',
    seen: { ...unregistered, refusal: { kind: 'invalid', problems: [] } },
    blocked: [block('refuse', 'InvalidSchema')],
  },
  {
    it: 'says what is wrong with the text where the registry was not asked',
    resource: schema({ schema: '"strng"' }),
    seen: unregistered,
    blocked: [
      expect.objectContaining({
        reason: 'InvalidSchema',
        message:
          'subject "orders-value": the schema is wrong at / (line 1, column 1): "strng" is neither a primitive type nor ' +
          'defined in the schema or in one of its references (AvroTypeUnknown); correct spec.schema',
      }),
    ],
  },
  { it: 'finds no mistake in what is registered', resource: schema({ schema: '"strng"' }) },
  {
    it: 'waits for references',
    seen: { ...fresh, missingReferences: ['version 1 of subject "money"'] },
    blocked: [block('wait', 'ReferenceNotReady')],
  },
  {
    it: 'waits for a registry that takes no changes, for seconds',
    seen: { ...fresh, readOnly: 'error 42205' },
    blocked: [
      {
        kind: 'wait',
        reason: 'RegistryReadOnly',
        message: 'error 42205; it goes on by itself once the registry takes changes again',
        lookAgainMs: 10_000,
      },
    ],
  },
  { it: 'wants nothing of a registry that takes no changes where all is there', seen: { readOnly: 'error 42205' } },
  {
    it: 'holds back while the cluster is ReadOnly',
    seen: { ...fresh, use: { ...useOf(clusterOf({ mode: 'ReadOnly' })), url: 'http://registry' } },
    blocked: [block('wait', 'ClusterReadOnly')],
  },
];

describe('the plan of an EventSchema', () => {
  it.each(rows)('$it', ({ resource = schema(), seen: overrides = {}, actions = [], blocked = [] }) => {
    const { actions: acts, blocked: blocks } = planSchema(resource, seen(overrides, resource));
    expect({ actions: acts, blocked: blocks }).toEqual({ actions, blocked });
  });
});

describe('a subject that existed before', () => {
  const found = { ownWrites: { registered: false, level: false } };
  const another = { ...found, ...unregistered, versions: [1, 2] };
  const asItIs = 'make the spec say what is live and change it afterwards, or set adoptionPolicy to Take';

  it.each([
    { it: 'is adopted with the schema and the level that it has', resource: schema(), seen: found },
    {
      it: 'is adopted with a level that it inherits, and gets it for its own',
      resource: schema({ compatibility: 'Backward' }),
      seen: found,
      actions: ['setLevel'],
    },
    {
      it: 'is not adopted with another schema',
      resource: schema(),
      seen: another,
      says: `AdoptionMismatch: subject "orders-value" existed before and differs: its newest version 2 is another schema; ${asItIs}`,
    },
    {
      it: 'is not adopted with an older schema of its own',
      resource: schema(),
      seen: { ...found, versions: [1, 2] },
      says: `AdoptionMismatch: subject "orders-value" existed before and differs: it holds this schema as version 1, and 2 is newer; ${asItIs}`,
    },
    {
      it: 'is not adopted with another level',
      resource: schema({ compatibility: 'Full' }),
      seen: { ...found, ...own('Backward') },
      says: `AdoptionMismatch: subject "orders-value" existed before and differs: its compatibility level is Backward and not Full; ${asItIs}`,
    },
    {
      it: 'is taken and brought to the spec where that says so',
      resource: schema({ adoptionPolicy: 'Take', compatibility: 'Full' }),
      seen: { ...another, ...own('Backward') },
      actions: ['rememberLevel', 'register'],
    },
    {
      it: 'is taken only where the cluster grants it',
      resource: schema({ adoptionPolicy: 'Take' }),
      seen: {
        ...another,
        use: { ...useOf(clusterOf({ access: [accessRule({ namespaces: ['shop'] })] })), url: 'http://r' },
      },
      says:
        'NotGranted: subject "orders-value" existed before, and EventCluster "default" does not grant adoptionPolicy Take to ' +
        'this namespace; use MatchOnly or Never',
    },
    {
      it: 'is never adopted where the spec says so',
      resource: schema({ adoptionPolicy: 'Never' }),
      seen: found,
      says:
        'AdoptionRefused: subject "orders-value" existed before and adoptionPolicy is Never; ' +
        'set adoptionPolicy to MatchOnly, or create a resource with another spec.subject and delete this one',
    },
    {
      it: 'is not new to a resource that has it',
      resource: schema({}, { version: 1 }),
      seen: another,
      actions: ['register'],
    },
  ] as { it: string; resource: EventSchema; seen: Partial<SeenSchema>; actions?: string[]; says?: string }[])(
    '$it',
    ({ resource, seen: overrides, actions = [], says }) => {
      const plan = planSchema(resource, seen(overrides));
      expect(plan.actions.map(({ kind }) => kind)).toEqual(actions);
      expect(plan.blocked.map(({ reason, message }) => `${reason}: ${message}`)).toEqual(says ? [says] : []);
    },
  );
});

describe('a version that somebody deleted', () => {
  const lost = (version: number, agreed: string) =>
    schema({ compatibility: 'FullTransitive' }, { version }, { 'sluice.dev/register-deleted-version': agreed });

  it.each([
    { left: [], level: 'Full', says: ', and Full would compare a new version with nothing; to' },
    { left: [1, 2], level: 'Full', says: ', and Full would compare a new version with version 2 only; to' },
    {
      left: [1],
      level: 'FullTransitive',
      says: ', and FullTransitive would compare a new version with version 1 only',
    },
    {
      left: [1, 2],
      level: 'FullTransitive',
      says: ', and FullTransitive would compare a new version with versions 1, 2 only; to',
    },
    { left: [1], level: 'None', says: '; to register the schema again, annotate this resource ' },
  ] as const)('is named with what $level compares with when $left are left', ({ left, level, says }) => {
    const resource = schema({ compatibility: level }, { version: 3 });
    const { actions, blocked } = planSchema(resource, seen({ ...unregistered, versions: left }));
    expect(actions).toEqual([]);
    expect(blocked).toEqual([block('refuse', 'SubjectDeletedOutOfBand')]);
    const message = blocked[0]?.message ?? '';
    expect(message).toContain(`version 3 of subject "orders-value" was deleted by somebody else${says}`);
    expect(message).toMatch(/annotate this resource sluice.dev\/register-deleted-version=3$/);
  });

  it.each([
    { it: 'is registered again once its number is agreed to', resource: lost(3, '3'), acts: true },
    { it: 'is not registered again for the number of another one', resource: lost(3, '2'), acts: false },
    { it: 'is none while the newest is only another one', resource: schema({}, { version: 1 }), acts: true },
  ])('$it', ({ resource, acts }) => {
    const { actions } = planSchema(resource, seen(unregistered));
    expect(actions.some(({ kind }) => kind === 'register')).toBe(acts);
  });

  it.each([
    { it: 'is held', agreed: '2', acts: false },
    { it: 'is agreed to', agreed: '1', acts: true },
  ])('$it like one whose number another schema has now', ({ agreed, acts }) => {
    const annotations = { 'sluice.dev/register-deleted-version': agreed };
    const resource = schema({}, { version: 1, schemaId: 7 }, annotations);
    const { actions, blocked } = planSchema(resource, seen({ ...unregistered, replacedBy: 8 }));
    expect(actions.some(({ kind }) => kind === 'register')).toBe(acts);
    expect(blocked.map(({ message }) => message)).toEqual(
      acts
        ? []
        : [
            expect.stringMatching(
              /^version 1 of subject "orders-value" is another schema now: its id was 7 and is 8, /,
            ),
          ],
    );
  });

  it('is none where another version holds the same schema', () => {
    expect(planSchema(schema({}, { version: 3 }), seen())).toMatchObject({ actions: [], blocked: [] });
  });
});

describe('the level that an EventSchema is known to have set', () => {
  const readOnly = { ...useOf(clusterOf({ mode: 'ReadOnly' })), url: 'http://registry' };
  it.each([
    { it: 'is the one of the spec, once that is in force', seen: own('Full'), applied: 'Full' },
    { it: 'stays what it was while another one is to be set', seen: own('Backward'), applied: 'Backward' },
    {
      it: 'stays what it was while nothing may be set',
      seen: { ...own('Backward'), use: readOnly },
      applied: 'Backward',
    },
  ])('$it', ({ seen: overrides, applied }) => {
    const resource = schema({ compatibility: 'Full' }, { appliedCompatibility: 'Backward' });
    const observed = seen(overrides);
    const { fields } = reportSchema(resource, observed, planSchema(resource, observed), 'sha256:x');
    expect(fields).toMatchObject({ appliedCompatibility: applied });
  });
});

describe('the level that an EventSchema takes back together with a new schema', () => {
  it('stays on record beside the one to put back until the schema is there', () => {
    const known = { appliedCompatibility: 'Full', previousCompatibility: 'Full' } as const;
    const fieldsOf = (observed: SeenSchema) => {
      const resource = schema({}, known);
      return reportSchema(resource, observed, planSchema(resource, observed), 'sha256:x').fields;
    };
    expect(fieldsOf(seen(unregistered))).toMatchObject(known);
    expect(fieldsOf(seen())).toMatchObject({ appliedCompatibility: undefined, previousCompatibility: undefined });
  });
});

describe('the subjects of an EventSchema', () => {
  const use = useOf(clusterOf({ access: [accessRule({ namespaces: ['shop'], subjects: ['orders-*'] })] }));
  const referring = (...subjects: string[]) =>
    schema({ references: subjects.map((subject) => ({ name: subject, subject, version: 1 })) });

  it.each([
    { it: 'are granted', resource: referring('orders-key'), says: undefined },
    { it: 'are its own', resource: schema({ subject: 'bills' }), says: 'does not grant subjects "bills" to' },
    { it: 'are those that it refers to', resource: referring('b', 'a', 'b'), says: 'subjects "a", "b" to' },
  ])('$it', ({ resource, says }) => {
    expect(refuseSubjects(resource, use)?.message ?? 'nothing').toContain(says ?? 'nothing');
  });
});

describe('the report of an EventSchema', () => {
  it('says when the schema is an older version than the newest', () => {
    const observed = seen({ versions: [1, 2] });
    const report = reportSchema(schema(), observed, planSchema(schema(), observed), 'sha256:x');
    expect(report.done.reason).toBe('MatchesOlderVersion');
    expect(report.fields).toMatchObject({ version: 1, latestVersion: 2, schemaId: 7 });
  });

  it.each([
    {
      it: 'a version that somebody else registered',
      status: { version: 1, newestOwnVersion: 1 },
      reason: 'NewerVersionExists',
      newest: 1,
    },
    {
      it: 'the return to an older schema',
      status: { version: 2, newestOwnVersion: 2 },
      reason: 'MatchesOlderVersion',
      newest: 2,
    },
    {
      it: 'one that came after the return to an older schema',
      status: { version: 1, newestOwnVersion: 2 },
      versions: [1, 2, 3],
      reason: 'NewerVersionExists',
      newest: 2,
    },
    {
      it: 'what was there before the operator knew of the difference',
      status: { version: 1, latestVersion: 2 },
      reason: 'MatchesOlderVersion',
      newest: 2,
    },
    { it: 'what is adopted as it is', status: {}, reason: 'MatchesOlderVersion', newest: 2 },
  ])('tells $it', ({ status, versions = [1, 2], reason, newest }) => {
    const resource = schema({}, status);
    const observed = seen({ versions });
    const report = reportSchema(resource, observed, planSchema(resource, observed), 'sha256:x');
    expect(report.done.reason).toBe(reason);
    expect(report.fields).toMatchObject({ version: 1, newestOwnVersion: newest });
  });

  it('says what the registry does not keep', () => {
    const observed = seen({ notStored: [{ path: '/doc', matters: false }] });
    const report = reportSchema(schema(), observed, planSchema(schema(), observed), 'sha256:x');
    expect(report.fields).toMatchObject({ notStored: ['/doc'] });
    expect(report.done.message).toBe(
      'subject "orders-value" holds this schema as version 1, and the registry does not keep /doc',
    );
  });

  it('keeps the registered version on record while a newer text is refused', () => {
    const observed = seen(refused);
    const { fields } = reportSchema(schema(), observed, planSchema(schema(), observed), 'sha256:x');
    expect(fields).not.toHaveProperty('version');
    expect(fields).toMatchObject({ lastCheck: { compatible: false, problems: ['b', 'a'] } });
  });
});
