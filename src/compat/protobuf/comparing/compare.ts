import type { ProtobufSchema } from '../schema.ts';
import { compareMessages } from './compare-messages.ts';
import { Comparison, type Suspect } from './comparison.ts';
import { meetRecords, noteRemovedTypes } from './records.ts';

/** How what the writer wrote is read by the reader. */
export function compareSchemas(
  reader: ProtobufSchema,
  writer: ProtobufSchema,
): { suspects: readonly Suspect[]; gaveUp: boolean } {
  const comparison = new Comparison();
  meetRecords(comparison, reader, writer);
  for (const meeting of comparison.meetings()) compareMessages(comparison, meeting);
  noteRemovedTypes(comparison, reader, writer);
  return { suspects: comparison.suspects, gaveUp: comparison.gaveUp };
}
