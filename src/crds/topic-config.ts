import { z } from 'zod';
import { clip } from '../base/text.ts';

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
