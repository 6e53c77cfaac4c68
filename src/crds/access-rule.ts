import { z } from 'zod';
import { atomicList, int32, setList, validations } from './definition.ts';
import { glob, partitionCount, subjectGlob } from './fields.ts';

const patterns = (pattern: typeof glob, what: string, example: string) =>
  z
    .array(pattern)
    .max(64)
    .default([])
    .meta(setList)
    .describe(`${what} that these namespaces may use, as patterns with *. Default: none. Example: ["${example}"].`);

const labelKey = z.string().min(1).max(317);
const labelValue = z.string().max(63);

const requirement = z
  .object({
    key: labelKey.describe('The label. Example: tier.'),
    operator: z
      .enum(['In', 'NotIn', 'Exists', 'DoesNotExist'])
      .describe('How the label is compared; one that is absent is in no list. Example: In.'),
    values: z
      .array(labelValue)
      .min(1)
      .max(64)
      .optional()
      .meta(setList)
      .describe('Values to compare with, for In and NotIn only. Default: none. Example: ["gold"].'),
  })
  .meta(
    validations({
      rule: "has(self.values) == (self.operator in ['In', 'NotIn'])",
      message: 'In and NotIn need values, Exists and DoesNotExist take none',
    }),
  );

const namespaceSelector = z
  .object({
    matchLabels: z
      .record(labelKey, labelValue)
      .optional()
      .meta({ minProperties: 1, maxProperties: 32 })
      .describe('Labels that the namespace must have. Default: none. Example: {team: shop}.'),
    matchExpressions: z
      .array(requirement)
      .min(1)
      .max(32)
      .optional()
      .meta(atomicList)
      .describe('What must hold for labels of the namespace. Default: none. Example: [{key: tier, operator: Exists}].'),
  })
  .optional()
  .meta({ minProperties: 1 })
  .describe(
    'Labels of the namespaces that the rule speaks of; all of it must hold. Default: labels do not matter. ' +
      'Example: {matchLabels: {team: shop}}.',
  );

/** Who may use what of an EventCluster. */
export const accessRule = z
  .object({
    namespaces: z
      .array(glob)
      .min(1)
      .max(64)
      .optional()
      .meta(setList)
      .describe(
        'Names of the namespaces that the rule speaks of, as patterns with *; ["*"] is everybody. ' +
          'Default: names do not matter, and namespaceSelector decides. Example: ["shop-*"].',
      ),
    namespaceSelector,
    topics: patterns(glob, 'Kafka topics', 'order.*'),
    subjects: patterns(subjectGlob, 'Registry subjects', 'order.*'),
    groups: patterns(glob, 'Consumer groups', '*'),
    maxTopicsPerNamespace: z
      .int()
      .min(0)
      .max(100_000)
      .optional()
      .meta(int32)
      .describe(
        'Topics that each namespace may have, the oldest first; those that exist keep their place when this is ' +
          'lowered. Default: any number. Example: 200.',
      ),
    maxPartitionsPerTopic: partitionCount.describe(
      'Partitions with which a topic may be created, or to which it may grow; larger ones that exist stay as they ' +
        'are. Default: any number. Example: 48.',
    ),
    deletionPolicies: z
      .array(z.enum(['Retain', 'DeleteIfEmpty', 'Delete']))
      .min(1)
      .max(3)
      .default(['Retain'])
      .meta(setList)
      .describe(
        'Deletion policies that an EventTopic may ask for. Default: ["Retain"]. Example: ["Retain", "Delete"].',
      ),
    adoptionPolicies: z
      .array(z.enum(['MatchOnly', 'Take', 'Never']))
      .min(1)
      .max(3)
      .default(['MatchOnly'])
      .meta(setList)
      .describe(
        'Adoption policies that an EventTopic or an EventSchema may ask for; Never is always allowed. Default: ["MatchOnly"]. ' +
          'Example: ["MatchOnly", "Take"].',
      ),
  })
  .meta(
    validations({
      rule: 'has(self.namespaces) || has(self.namespaceSelector)',
      message: 'a rule needs namespaces or a namespaceSelector; everybody is spelled namespaces: ["*"]',
    }),
  );

export type AccessRule = z.output<typeof accessRule>;
