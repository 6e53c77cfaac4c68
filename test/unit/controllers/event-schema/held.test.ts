import { expect, it } from 'vitest';
import { findHeld } from '../../../../src/controllers/event-schema/held.ts';
import type { SchemaText, StoredSchema } from '../../../../src/ports/registry.ts';
import { FakeRegistry } from '../../../fakes/fake-registry.ts';

const schema = '{"type":"string"}';
const { signal } = new AbortController();

it.each<{ it: string; format: SchemaText['format']; stored: StoredSchema['format']; holds: boolean }>([
  { it: 'a text of the same format', format: 'JSONSchema', stored: 'JSONSchema', holds: true },
  { it: 'Avro, of which registries do not say so', format: 'Avro', stored: undefined, holds: true },
  { it: 'no JSON Schema where the same text is Avro', format: 'JSONSchema', stored: undefined, holds: false },
  { it: 'no Avro where the same text is JSON Schema', format: 'Avro', stored: 'JSONSchema', holds: false },
  { it: 'none of a format that nobody knows', format: 'JSONSchema', stored: 'Other', holds: false },
])('a subject holds $it', async ({ format, stored, holds }) => {
  const registry = new FakeRegistry();
  const latest: StoredSchema = { id: 1, version: 1, schema, references: [], ...(stored && { format: stored }) };
  registry.subjects.set('s', [latest]);
  const wanted: SchemaText = { format, schema, references: [], normalize: true };
  const held = await findHeld({ registry, subject: 's', wanted, latest, takenId: undefined }, signal);
  expect(held.registered).toEqual(holds ? { id: 1, version: 1 } : undefined);
});
