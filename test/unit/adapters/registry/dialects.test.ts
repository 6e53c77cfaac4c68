import { expect, test } from 'vitest';
import type { SchemaRegistry } from '../../../../src/ports/registry.ts';
import { connectToScript, options, order } from './helpers.ts';
import type { Script } from './scripted-server.ts';

/** What each product answers where it has nothing to show, as read from its sources and seen on Apicurio 3.0.9. */
const confluent = {
  noSubject: [404, { error_code: 40401, message: `Subject 's' not found.` }],
  noSchema: [404, { error_code: 40403, message: 'Schema not found' }],
  noLevel: [404, { error_code: 40408, message: `Subject 's' does not have subject-level compatibility configured` }],
  invalid: [422, { error_code: 42201, message: 'Invalid schema {bad' }],
  incompatible: [
    409,
    {
      error_code: 40901,
      message:
        'Schema being registered is incompatible with an earlier schema for subject "s", details: ' +
        `[{errorType:'TYPE_MISMATCH', description:'The type (path '/fields/1/type') of a field in the new schema does ` +
        `not match with the old schema', additionalInfo:'reader type: STRING not compatible with writer type: INT'}, ` +
        `{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path '/fields/2' in the new ` +
        `schema has no default value and is missing in the old schema', additionalInfo:'b'}, {oldSchemaVersion: 1}, ` +
        `{oldSchema: '{"type":"record","name":"Order","fields":[]}'}, {validateFields: 'false', compatibility: 'BACKWARD'}]`,
    },
  ],
} as const;

const karapace = {
  noSubject: [404, { error_code: 40401, message: `Subject 's' not found.` }],
  noVersion: [404, { error_code: 40402, message: 'Version latest not found.' }],
  noRoute: [404, 'Not Found'],
  invalid: [422, { error_code: 42201, message: 'Invalid AVRO schema. Error: nope' }],
  badReferences: [400, { error_code: 42201, message: 'New AVRO schema has invalid references' }],
  incompatible: [
    409,
    {
      error_code: 409,
      message:
        'Incompatible schema, compatibility_mode=BACKWARD. Incompatibilities: ' +
        'reader type: STRING not compatible with writer type: INT, expected: shop.Order',
    },
  ],
} as const;

const apicurio = {
  noSubject: [404, { error_code: 40401, message: "No artifact with ID 's' in group 'null' was found." }],
  referencesUnchecked: [
    422,
    { error_code: 42201, message: 'Could not execute compatibility rule on invalid Avro schema' },
  ],
  incompatible: [
    409,
    {
      error_code: 409,
      message:
        'io.apicurio.registry.rules.RuleViolationException: Incompatible artifact: s [AVRO], num of incompatible ' +
        'diffs: {3}, list of diff types: [c at /fields/2, b at /fields/1, [B, C] at /fields/0/type/symbols]',
    },
  ],
} as const;

const confluentProblems = [
  "TYPE_MISMATCH: The type (path '/fields/1/type') of a field in the new schema does not match with the old schema (reader type: STRING not compatible with writer type: INT)",
  "READER_FIELD_MISSING_DEFAULT_VALUE: The field 'b' at path '/fields/2' in the new schema has no default value and is missing in the old schema (b)",
];
const apicurioContexts: Script = { 'GET /contexts': [200, [':.:']] };
const all = 'POST /compatibility/subjects/s/versions';
const latest = `${all}/latest`;
const backward: Script = { 'GET /config/s': [200, { compatibilityLevel: 'BACKWARD' }] };
const transitive: Script = { 'GET /config/s': [200, { compatibilityLevel: 'BACKWARD_TRANSITIVE' }] };
const noLevel: Script = { 'GET /config/s': apicurio.noSubject, 'GET /config': [200, { compatibilityLevel: 'FULL' }] };

interface Row {
  it: string;
  script: Script;
  call: (registry: SchemaRegistry) => Promise<unknown>;
  gives: unknown;
}

const describeIt: Row['call'] = (registry) => registry.describe(options);
const readLevel: Row['call'] = (registry) => registry.readLevel('s', options);
const listVersions: Row['call'] = (registry) => registry.listVersions('s', options);
const lookup: Row['call'] = (registry) => registry.lookup('s', order, options);
const readVersion: Row['call'] = (registry) => registry.readVersion('s', 3, options);
const readLatest: Row['call'] = (registry) => registry.readVersion('s', 'latest', options);
const check: Row['call'] = (registry) => registry.check('s', order, options);
const register: Row['call'] = (registry) => registry.register('s', order, options);
const removeLevel: Row['call'] = (registry) => registry.writeLevel('s', undefined, options);

const rows: readonly Row[] = [
  {
    it: 'recognises Confluent by its server metadata',
    script: {
      'GET /config': [200, { compatibilityLevel: 'BACKWARD' }],
      'GET /contexts': [200, ['.']],
      'GET /v1/metadata/id': [200, { id: '', scope: { clusters: { 'schema-registry-cluster': 'schema-registry' } } }],
    },
    call: describeIt,
    gives: { flavour: 'Confluent' },
  },
  {
    it: 'recognises Karapace by its health page',
    script: {
      'GET /config': [200, { compatibilityLevel: 'BACKWARD' }],
      'GET /contexts': karapace.noRoute,
      'GET /v1/metadata/id': karapace.noRoute,
      'GET /_health': [200, { status: { schema_registry_ready: true }, healthy: true }],
    },
    call: describeIt,
    gives: { flavour: 'Karapace' },
  },
  {
    it: 'recognises Karapace before version 5',
    script: {
      'GET /config': [200, { compatibilityLevel: 'BACKWARD' }],
      'GET /_health': [200, { karapace_version: '4.1.0', schema_registry_ready: true }],
    },
    call: describeIt,
    gives: { flavour: 'Karapace' },
  },
  {
    it: 'recognises Apicurio by the way it writes its context',
    script: { ...apicurioContexts, 'GET /config': [200, { compatibilityLevel: 'NONE' }] },
    call: describeIt,
    gives: { flavour: 'Apicurio' },
  },
  {
    it: 'does not guess at a registry that answers no probe',
    script: { 'GET /config': [200, { compatibilityLevel: 'BACKWARD' }], 'GET /_health': [503, { healthy: false }] },
    call: describeIt,
    gives: { flavour: 'Unknown' },
  },
  {
    it: "reads the subject's own level",
    script: { 'GET /config/s': [200, { compatibilityLevel: 'FULL_TRANSITIVE' }] },
    call: readLevel,
    gives: { level: 'FullTransitive', source: 'Subject' },
  },
  {
    it: 'falls back to the global level when Confluent has none for the subject',
    script: { 'GET /config/s': confluent.noLevel, 'GET /config': [200, { compatibilityLevel: 'BACKWARD' }] },
    call: readLevel,
    gives: { level: 'Backward', source: 'Global' },
  },
  {
    it: 'falls back to the global level when the subject is not there',
    script: { 'GET /config/s': apicurio.noSubject, 'GET /config': [200, { compatibilityLevel: 'NONE' }] },
    call: readLevel,
    gives: { level: 'None', source: 'Global' },
  },
  {
    it: "believes Confluent's own level NONE",
    script: {
      'GET /config/s': [200, { compatibilityLevel: 'NONE' }],
      'GET /config': [200, { compatibilityLevel: 'FULL' }],
    },
    call: readLevel,
    gives: { level: 'None', source: 'Subject' },
  },
  {
    it: "takes Apicurio's NONE for a subject without a level",
    script: {
      ...apicurioContexts,
      'GET /config/s': [200, { compatibilityLevel: 'NONE' }],
      'GET /config': [200, { compatibilityLevel: 'FULL' }],
    },
    call: readLevel,
    gives: { level: 'Full', source: 'Global' },
  },
  {
    it: 'counts a level that is not there as removed',
    script: { 'DELETE /config/s': confluent.noLevel },
    call: removeLevel,
    gives: undefined,
  },
  {
    it: 'removes a level that Confluent confirms with a word',
    script: { 'DELETE /config/s': [200, 'BACKWARD'] },
    call: removeLevel,
    gives: undefined,
  },
  {
    it: 'knows no versions of a missing subject',
    script: { 'GET /subjects/s/versions': confluent.noSubject },
    call: listVersions,
    gives: undefined,
  },
  {
    it: 'lists versions in ascending order',
    script: { 'GET /subjects/s/versions': [200, [10, 2, 1]] },
    call: listVersions,
    gives: [1, 2, 10],
  },
  {
    it: 'reads a version of Confluent, which names no references where there are none',
    script: { 'GET /subjects/s/versions/3': [200, { subject: 's', id: 7, version: 3, schema: '"string"' }] },
    call: readVersion,
    gives: { id: 7, version: 3, schema: '"string"', references: [] },
  },
  {
    it: 'reads the latest version with its references',
    script: {
      'GET /subjects/s/versions/latest': [
        200,
        { id: 7, version: 3, schema: '"m"', references: [{ name: 'm', subject: 'money', version: 2, extra: 1 }] },
      ],
    },
    call: readLatest,
    gives: { id: 7, version: 3, schema: '"m"', references: [{ name: 'm', subject: 'money', version: 2 }] },
  },
  {
    it: 'reads no version that is not there',
    script: { 'GET /subjects/s/versions/latest': karapace.noVersion },
    call: readLatest,
    gives: undefined,
  },
  {
    it: 'finds the version that holds a schema',
    script: { 'POST /subjects/s': [200, { subject: 's', id: 7, version: 3, schema: '"string"' }] },
    call: lookup,
    gives: { id: 7, version: 3 },
  },
  {
    it: 'finds nothing when no version holds the schema',
    script: { 'POST /subjects/s': confluent.noSchema },
    call: lookup,
    gives: undefined,
  },
  {
    it: 'finds nothing for a schema that the registry cannot read',
    script: { 'POST /subjects/s': karapace.invalid },
    call: lookup,
    gives: undefined,
  },
  {
    it: 'calls a first schema compatible when there is no subject to compare with',
    script: { ...noLevel, [latest]: apicurio.noSubject },
    call: check,
    gives: { compatible: true },
  },
  {
    it: 'calls a first schema compatible when Confluent says so',
    script: { ...backward, [latest]: [200, { is_compatible: true }] },
    call: check,
    gives: { compatible: true },
  },
  {
    it: 'compares with all versions under a transitive level only, because Apicurio would do so under any',
    script: { ...transitive, [latest]: [200, { is_compatible: true }], [all]: [200, { is_compatible: false }] },
    call: check,
    gives: { compatible: false, problems: [] },
  },
  {
    it: "reads Confluent's verbose reasons",
    script: {
      ...transitive,
      [all]: [
        200,
        {
          is_compatible: false,
          messages: [
            "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path '/fields/1' in the new " +
              "schema has no default value and is missing in the old schema', additionalInfo:'b'}",
            '{oldSchemaVersion: 1}',
            `{oldSchema: '{"type":"string"}'}`,
            "{validateFields: 'false', compatibility: 'BACKWARD'}",
          ],
        },
      ],
    },
    call: check,
    gives: {
      compatible: false,
      problems: [
        "READER_FIELD_MISSING_DEFAULT_VALUE: The field 'b' at path '/fields/1' in the new schema has no default value and is missing in the old schema (b)",
      ],
    },
  },
  {
    it: 'asks Karapace about its latest version, because it has no route for all of them',
    script: {
      ...transitive,
      [all]: karapace.noRoute,
      [latest]: [200, { is_compatible: false, messages: ['z', 'a'] }],
    },
    call: check,
    gives: { compatible: false, problems: ['a', 'z'] },
  },
  {
    it: 'calls a first schema compatible on Karapace',
    script: { ...transitive, [all]: karapace.noRoute, [latest]: karapace.noVersion },
    call: check,
    gives: { compatible: true },
  },
  {
    it: 'leaves open what Apicurio cannot check because of references',
    script: { ...backward, [latest]: apicurio.referencesUnchecked },
    call: check,
    gives: { compatible: 'unknown', problems: ['Could not execute compatibility rule on invalid Avro schema'] },
  },
  {
    it: 'leaves open what Karapace cannot check because of references',
    script: { ...backward, [latest]: karapace.badReferences },
    call: check,
    gives: { compatible: 'unknown', problems: ['New AVRO schema has invalid references'] },
  },
  {
    it: 'returns the id of a registered schema',
    script: { 'POST /subjects/s/versions': [200, { id: 12 }] },
    call: register,
    gives: { kind: 'registered', id: 12 },
  },
  {
    it: "takes Confluent's 40901 for an incompatible schema",
    script: { 'POST /subjects/s/versions': confluent.incompatible },
    call: register,
    gives: { kind: 'incompatible', problems: confluentProblems },
  },
  {
    it: "takes Karapace's 409 for an incompatible schema",
    script: { 'POST /subjects/s/versions': karapace.incompatible },
    call: register,
    gives: {
      kind: 'incompatible',
      problems: ['expected: shop.Order', 'reader type: STRING not compatible with writer type: INT'],
    },
  },
  {
    it: "takes Apicurio's 409 for an incompatible schema",
    script: { 'POST /subjects/s/versions': apicurio.incompatible },
    call: register,
    gives: { kind: 'incompatible', problems: ['[B, C] at /fields/0/type/symbols', 'b at /fields/1', 'c at /fields/2'] },
  },
  {
    it: 'returns what is wrong with an invalid schema',
    script: { 'POST /subjects/s/versions': confluent.invalid },
    call: register,
    gives: { kind: 'invalid', problems: ['Invalid schema {bad'] },
  },
];

test.each(rows)('$it', async ({ script, call, gives }) => {
  const { registry } = await connectToScript(script);
  expect(await call(registry)).toEqual(gives);
});

test('says of a registry that is starting that it cannot tell which one it is', async () => {
  const { registry } = await connectToScript({
    'GET /config': [200, { compatibilityLevel: 'BACKWARD' }],
    'GET /contexts': [503, {}],
  });
  await expect(registry.describe(options)).rejects.toMatchObject({ kind: 'unavailable' });
});
