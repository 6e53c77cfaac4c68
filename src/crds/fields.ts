import { z } from 'zod';
import { int32, validations } from './definition.ts';

/** Of a topic. Each use adds a description, which says of what. */
export const partitionCount = z.int().min(1).max(100_000).optional().meta(int32);
export const replicaCount = z.int().min(1).max(32).optional().meta(int32);

export const clusterRef = z
  .object({
    name: z.string().min(1).max(253).describe('Name of the EventCluster, 1 to 253 characters. Example: default.'),
  })
  .optional()
  .describe(
    'The EventCluster to use; immutable. ' +
      'Default: the one annotated sluice.dev/is-default-cluster, pinned in status.cluster. ' +
      'Example: {name: default}.',
  );

export const paused = z
  .boolean()
  .default(false)
  .describe(
    'Stops all work on this resource, and changes of the spec wait; ' +
      'Ready keeps what was last seen, with the reason Paused. Default: false. Example: true.',
  );

/** 1 to 249 of [a-zA-Z0-9._-], the names that Kafka accepts. */
export const topicName = z
  .string()
  .min(1)
  .max(249)
  .regex(/^[a-zA-Z0-9._-]+$/)
  .meta(
    validations({
      rule: "self != '.' && self != '..' && !self.startsWith('__')",
      message: 'a topic is not called "." or "..", and names that begin with "__" belong to the brokers',
    }),
  );

/** A pattern such as `order.*`: letters, digits, `.`, `_`, `-` and `*` for any run of characters. */
export const glob = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-zA-Z0-9._*:-]+$/);

/** What registries take in a subject, such as `orders/v1-value` or `:.eu:orders`: all but control characters. */
const printable = /^\P{Cc}+$/u;

export const subject = z
  .string()
  .min(1)
  .max(249)
  .regex(printable)
  .meta(
    validations({
      rule: "self != '.' && self != '..' && !self.startsWith(':.:')",
      message: 'a subject is not called "." or "..", and one of the default context is written without ":.:"',
    }),
  );

/** As `glob`, of subjects: any characters of theirs, and `*` for any run of them. */
export const subjectGlob = z.string().min(1).max(253).regex(printable);
