import { z } from 'zod';
import { clip } from '../base/text.ts';

export const group = 'sluice.dev';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;

/** Asks for a look now; the value is echoed in `status.lastHandledReconcileAt`. */
export const reconcileRequestAnnotation = 'sluice.dev/reconcile-requested-at';
/** Lets the deletion of the topic with this id pass, although resources of ours refer to it. */
export const allowDeleteAnnotation = 'sluice.dev/allow-delete';
/** Says of the EventTopic with this uid that it may go on, although it is a copy that came without its status. */
export const confirmRestoredAnnotation = 'sluice.dev/confirm-restored';
/** Marks the EventCluster that resources without a `clusterRef` belong to. */
export const defaultClusterAnnotation = 'sluice.dev/is-default-cluster';
/** Keeps a resource until what its policy wants removed is gone. */
export const finalizer = 'sluice.dev/finalizer';

/** A CEL rule (x-kubernetes-validations) and what a user reads when it refuses. */
export interface Rule {
  rule: string;
  message: string;
  fieldPath?: string;
}

export interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
  /** 0 is shown always, 1 with `kubectl get -o wide`. */
  priority: 0 | 1;
  description: string;
}

/** All that makes one kind of the API: the only source of its CRD, its types and its reference. */
export interface KindDefinition {
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  scope: 'Namespaced' | 'Cluster';
  description: string;
  spec: z.ZodObject;
  status: z.ZodObject;
  /** Rules at the root of the object, where metadata.name can be seen. */
  rules: readonly Rule[];
  columns: readonly Column[];
}

export function validations(...rules: readonly Rule[]): { 'x-kubernetes-validations': readonly Rule[] } {
  return { 'x-kubernetes-validations': rules };
}

/** A list whose items are distinct and whose order means nothing. */
export const setList = { 'x-kubernetes-list-type': 'set' } as const;
/** A list that is replaced as a whole. */
export const atomicList = { 'x-kubernetes-list-type': 'atomic' } as const;
/** For a status field that later rounds read back: what does not fit is left out, because half of it would be another value. */
export const remembered = { 'x-sluice-remembered': true } as const;
export const int32 = { format: 'int32' } as const;
export const int64 = { format: 'int64' } as const;
/** Of a topic; what it is of says the description, which every use adds. */
export const partitionCount = z.int().min(1).max(100_000).optional().meta(int32);
export const replicaCount = z.int().min(1).max(32).optional().meta(int32);

/** The effective value of `field`, which falls back to metadata.name, never changes. */
export function immutableNameRule(field: string, noun: string): Rule {
  const effective = (object: string) =>
    `(has(${object}.spec.${field}) ? ${object}.spec.${field} : ${object}.metadata.name)`;
  return {
    rule: `${effective('self')} == ${effective('oldSelf')}`,
    message: `the ${noun} cannot change; delete this resource and create one with the new ${noun}`,
    fieldPath: `.spec.${field}`,
  };
}

/** An optional field that neither changes, comes nor goes. */
export function immutableFieldRule(field: string): Rule {
  return {
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `${field} cannot change; delete this resource and create one with the new ${field}`,
    fieldPath: `.${field}`,
  };
}

export const clusterRef = z
  .object({
    name: z.string().min(1).max(253).describe('Name of the EventCluster, 1 to 253 characters. Example: default.'),
  })
  .optional()
  .describe(
    'The EventCluster to use; immutable. Default: the one annotated sluice.dev/is-default-cluster, pinned in status.cluster. Example: {name: default}.',
  );

export const paused = z
  .boolean()
  .default(false)
  .describe(
    'Stops all work on this resource, and changes of the spec wait; Ready keeps what was last seen, with the reason Paused. Default: false. Example: true.',
  );

/** 1..249 of [a-zA-Z0-9._-], the names that Kafka accepts. */
export const topicNamePattern = '^[a-zA-Z0-9._-]+$';

export const topicName = z
  .string()
  .min(1)
  .max(249)
  .regex(new RegExp(topicNamePattern))
  .meta(
    validations({
      rule: "self != '.' && self != '..' && !self.startsWith('__')",
      message: 'a topic is not called "." or "..", and names that begin with "__" belong to the brokers',
    }),
  );

const conditionSchema = z.object({
  type: z.string().min(1).max(316).describe('Name of the condition. Example: Ready.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds. Example: True.'),
  observedGeneration: z
    .int()
    .min(-1)
    .optional()
    .meta(int64)
    .describe('metadata.generation that the condition speaks of. Example: 4.'),
  lastTransitionTime: z
    .string()
    .max(64)
    .meta({ format: 'date-time' })
    .describe('When status changed last, RFC 3339. Example: 2026-01-31T10:00:00Z.'),
  reason: z.string().min(1).max(1024).describe('One word for the cause; stable. Example: InSync.'),
  message: z
    .string()
    .max(4096)
    .describe('For people: live value, wanted value, next step. Example: live 6 partitions, wanted 3.'),
});

/** What every status has. */
export const commonStatus = {
  observedGeneration: z
    .int()
    .min(-1)
    .default(-1)
    .meta(int64)
    .describe('metadata.generation that was last evaluated; -1 before the first look. Example: 4.'),
  lastHandledReconcileAt: z
    .string()
    .max(256)
    .optional()
    .describe(
      'The last value seen of the annotation sluice.dev/reconcile-requested-at. Example: 2026-01-31T10:00:00Z.',
    ),
  conditions: z
    .array(conditionSchema)
    .max(16)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .describe('Ready, Reconciling, Stalled, Paused and the conditions of the kind.'),
};

export const clusterStatus = z
  .string()
  .max(253)
  .optional()
  .meta(remembered)
  .describe('Name of the EventCluster in use, pinned at first resolution. Example: default.');

export const readyColumns: readonly Column[] = [
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    priority: 0,
    description: 'Whether what the spec asks for was seen.',
  },
  {
    name: 'Reason',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    priority: 0,
    description: 'Why it is ready or not.',
  },
];

export const ageColumn: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  priority: 0,
  description: 'Time since creation.',
};

export const messageColumn: Column = {
  name: 'Message',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  priority: 1,
  description: 'What Ready says.',
};

/** A pattern such as `order.*`: letters, digits, `.`, `_`, `-` and `*` for any run of characters. */
export const glob = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-zA-Z0-9._*:-]+$/);

/**
 * Settings of a topic: any scalar. A schema may not name several types, and a rule does not see values without one. So
 * lists and maps are taken here, in moderate sizes, and the kind that uses them says what to write instead. For the same
 * reason the size of the whole is judged by the parser.
 */
export const topicConfig = z
  .record(z.string(), z.unknown())
  .superRefine((config, context) => {
    for (const message of sizeProblems(config)) context.addIssue({ code: 'custom', message });
  })
  .optional()
  .meta({
    maxProperties: 128,
    additionalProperties: {
      'x-kubernetes-preserve-unknown-fields': true,
      // Otherwise a value that was forgotten would be dropped in silence.
      nullable: true,
      maxLength: 8192,
      maxProperties: 64,
      maxItems: 64,
    },
  });

/** Characters of all keys and scalars together. */
const mostConfig = 65_536;
/** As long as Kafka lets a name be. */
const longestKey = 249;

function sizeProblems(config: Readonly<Record<string, unknown>>): string[] {
  const entries = Object.entries(config);
  const size = entries.reduce((sum, [key, value]) => sum + key.length + lengthOf(value), 0);
  const tooLong = entries.map(([key]) => key).filter((key) => key.length > longestKey);
  return [
    ...(size > mostConfig ? [`keys and values have ${size} characters and may have ${mostConfig}; remove some`] : []),
    ...tooLong.map((key) => `"${clip(key, 40)}" is longer than the ${longestKey} characters of a setting; remove it`),
  ];
}

/** Lists and maps are not used, and what is in them need not even be a text. */
function lengthOf(value: unknown): number {
  return typeof value === 'object' ? 0 : String(value).length;
}
