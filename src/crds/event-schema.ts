import { z } from 'zod';
import { ageColumn, clusterStatus, commonStatus, messageColumn, readyColumns } from './common-status.ts';
import {
  atomicList,
  immutableFieldRule,
  immutableNameRule,
  int32,
  int64,
  type KindDefinition,
  validations,
} from './definition.ts';
import { clusterRef, paused, subject } from './fields.ts';
import { type Resource, resourceOf } from './resource.ts';

export const compatibilityLevels = [
  'None',
  'Backward',
  'BackwardTransitive',
  'Forward',
  'ForwardTransitive',
  'Full',
  'FullTransitive',
] as const;

/** What `spec.schema` can be; all that is particular to one of them stands in tables by these names. */
export const schemaFormats = ['Avro', 'JSONSchema'] as const;

const spec = z
  .object({
    clusterRef,
    subject: subject
      .optional()
      .describe(
        'Subject in the registry, 1 to 249 characters, with its context where the registry has some, as :.eu:orders; ' +
          'immutable. ' +
          'Default: metadata.name. Example: order.created-value.',
      ),
    format: z
      .enum(schemaFormats)
      .default('Avro')
      .meta(validations({ rule: 'self == oldSelf', message: 'format cannot change; use another subject' }))
      .describe('Format of the schema; immutable. Default: Avro. Example: JSONSchema.'),
    schema: z
      .string()
      .min(1)
      .max(524_288)
      .describe(
        'Text of the schema, up to 512 KiB. ' +
          'Example: {"type":"record","name":"OrderCreated","fields":[{"name":"orderId","type":"string"}]}.',
      ),
    references: z
      .array(
        z.object({
          name: z
            .string()
            .min(1)
            .max(512)
            .describe('The name by which the schema refers to it. Example: com.example.Money.'),
          subject: subject.describe('Subject that holds it. Example: money.'),
          version: z.int().min(1).max(2_147_483_647).meta(int32).describe('Version of that subject. Example: 1.'),
        }),
      )
      .max(64)
      .optional()
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
      .describe('Schemas of other subjects that this one uses. Default: none.'),
    compatibility: z
      .enum(compatibilityLevels)
      .optional()
      .describe(
        'Which earlier versions a new one must agree with. Default: the registry’s global level. Example: BackwardTransitive.',
      ),
    normalize: z
      .boolean()
      .default(true)
      .describe(
        'Lets the registry bring the schema to its normal form, and find it by that, where nothing of it is lost. ' +
          'Default: true. Example: false.',
      ),
    gate: z
      .object({
        admission: z
          .enum(['Deny', 'Warn'])
          .default('Deny')
          .describe(
            'What becomes of a schema that is wrong or breaks earlier versions when it is applied. Deny: it is not ' +
              'stored. Warn: it is stored, and whoever applies it is warned. The registry decides either way. ' +
              'Default: Deny. Example: Warn.',
          ),
      })
      .optional()
      .describe(
        'How the schema is checked before it is stored, where the webhook is installed. Default: {admission: Deny}.',
      ),
    adoptionPolicy: z
      .enum(['MatchOnly', 'Take', 'Never'])
      .default('MatchOnly')
      .describe(
        'When a subject that existed before becomes ours. MatchOnly: when its newest version is this schema and its ' +
          'level the one of the spec, if that names one. Take: always, and it is then brought to the spec. ' +
          'Never: not at all. Default: MatchOnly. Example: Take.',
      ),
    deletionPolicy: z
      .enum(['Retain'])
      .default('Retain')
      .describe(
        'What happens to the subject when this resource is deleted: it stays. Default: Retain. Example: Retain.',
      ),
    paused,
  })
  .meta(validations(immutableFieldRule('clusterRef')));

const status = z.object({
  ...commonStatus,
  cluster: clusterStatus,
  subject: z.string().max(249).optional().describe('Subject in the registry. Example: order.created-value.'),
  schemaId: z.int().min(0).optional().meta(int64).describe('Id of the schema in the registry. Example: 1042.'),
  version: z.int().min(1).optional().meta(int32).describe('Version of the subject that holds this schema. Example: 7.'),
  latestVersion: z.int().min(1).optional().meta(int32).describe('Newest version of the subject. Example: 7.'),
  newestOwnVersion: z
    .int()
    .min(1)
    .optional()
    .meta(int32)
    .describe('Newest version of the subject that is not somebody else’s. Example: 7.'),
  fingerprint: z
    .string()
    .max(128)
    .optional()
    .describe('SHA-256 of the schema text and its references as registered. Example: sha256:9f86d0….'),
  notStored: z
    .array(z.string().max(1024))
    .max(32)
    .optional()
    .meta(atomicList)
    .describe(
      'What the registry does not keep of this schema, although it took it as it is written, as JSON pointers into it. ' +
        'Example: ["/fields/1/type/default"].',
    ),
  previousCompatibility: z
    .enum([...compatibilityLevels, 'Inherited'])
    .optional()
    .describe(
      'The subject’s level before a change that is not finished; it is put back if the schema is refused. Example: Backward.',
    ),
  appliedCompatibility: z
    .enum(compatibilityLevels)
    .optional()
    .describe(
      'The level that this resource gave the subject; when spec.compatibility goes, so does the level. Example: Backward.',
    ),
  effectiveCompatibility: z
    .object({
      level: z.enum(compatibilityLevels).describe('The level that applies. Example: Backward.'),
      source: z
        .enum(['Subject', 'Global'])
        .describe('Whether the subject or the whole registry sets it. Example: Subject.'),
    })
    .optional()
    .describe('The level that the registry applies, as last seen.'),
  lastCheck: z
    .object({
      compatible: z.boolean().describe('Whether the registry accepts the schema. Example: false.'),
      problems: z
        .array(z.string().max(1024))
        .max(32)
        .optional()
        .meta(atomicList)
        .describe(
          'Mistakes in the text, or else the registry’s reasons. Example: ["/fields/3: reader has no default"].',
        ),
    })
    .optional()
    .describe('What the registry said about this schema last.'),
  ownedBy: z
    .string()
    .max(253)
    .optional()
    .describe('The resource of this namespace that owns the subject, when it is not this one. Example: order-created.'),
});

export const eventSchema = {
  kind: 'EventSchema',
  plural: 'eventschemas',
  singular: 'eventschema',
  shortNames: ['evs'],
  scope: 'Namespaced',
  description: 'A subject in the schema registry and the schema that it shall hold.',
  spec,
  status,
  rules: [immutableNameRule('subject', 'subject')],
  columns: [
    {
      name: 'Subject',
      type: 'string',
      jsonPath: '.status.subject',
      priority: 0,
      description: 'Subject in the registry.',
    },
    { name: 'Format', type: 'string', jsonPath: '.spec.format', priority: 0, description: 'Format of the schema.' },
    {
      name: 'Compat',
      type: 'string',
      jsonPath: '.status.effectiveCompatibility.level',
      priority: 0,
      description: 'Compatibility level that applies.',
    },
    {
      name: 'Version',
      type: 'integer',
      jsonPath: '.status.version',
      priority: 0,
      description: 'Version that holds this schema.',
    },
    ...readyColumns,
    ageColumn,
    { name: 'ID', type: 'integer', jsonPath: '.status.schemaId', priority: 1, description: 'Id of the schema.' },
    {
      name: 'Latest',
      type: 'integer',
      jsonPath: '.status.latestVersion',
      priority: 1,
      description: 'Newest version of the subject.',
    },
    messageColumn,
  ],
} as const satisfies KindDefinition;

export type EventSchemaSpec = z.output<typeof spec>;
export type EventSchemaStatus = z.output<typeof status>;
export type EventSchema = Resource<EventSchemaSpec, EventSchemaStatus>;
export const parseEventSchema = resourceOf<EventSchema>(eventSchema);
