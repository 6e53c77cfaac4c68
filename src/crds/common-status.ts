import { z } from 'zod';
import { type Column, int64, remembered } from './definition.ts';

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
