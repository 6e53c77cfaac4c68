import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { EVENT_TYPES } from '../../../examples/marketplace/shared/events.ts';
import { type Codec, createCodec } from '../../../sdk/src/kafka/codec.ts';
import { SAMPLES } from './sample-events.ts';

const FOLDER = join(import.meta.dirname, '../../../examples/marketplace');

/** The schemas of the manifests, by subject. */
async function readSchemas(): Promise<Map<string, string>> {
  const files = ['order-api', 'payment', 'inventory', 'shipping'].map((name) => join(FOLDER, name, 'events.yaml'));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const resources = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()));
  const schemas = resources.filter(({ kind }) => kind === 'EventSchema');
  return new Map(schemas.map(({ metadata, spec }) => [metadata.name.replaceAll('-', '.'), spec.schema]));
}

describe('the schemas', () => {
  const asked: string[] = [];
  const subjects: readonly string[] = EVENT_TYPES;
  let schemas: string[] = [];
  // A registry that knows the schemas of the manifests, one per subject: the id is the index, from 1 on.
  const registry = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const [, subject] = /^\/subjects\/(.+)-value\/versions\/latest$/.exec(request.url ?? '') ?? [];
    const [, schemaId] = /^\/schemas\/ids\/(\d+)$/.exec(request.url ?? '') ?? [];
    const id = subject ? subjects.indexOf(subject) + 1 : Number(schemaId);
    const schema = schemas[id - 1];
    response.setHeader('content-type', 'application/json');
    if (schema) response.end(JSON.stringify({ subject, id, schema }));
    else response.writeHead(404).end('{"error_code":40401,"message":"Subject not found"}');
  });
  let codec: Codec;

  beforeAll(async () => {
    const bySubject = await readSchemas();
    schemas = EVENT_TYPES.map((type) => bySubject.get(`${type}.value`) ?? '');
    registry.listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const address = registry.address();
    if (address === null || typeof address === 'string') throw new Error('the registry has no port');
    codec = createCodec(`http://127.0.0.1:${address.port}`);
  });
  afterAll(() => {
    registry.close();
  });

  it.each(EVENT_TYPES)('carry %s without loss', async (type) => {
    const encode = await codec.encoderFor(`${type}-value`);
    expect(await codec.decode(await encode(SAMPLES[type]))).toEqual(SAMPLES[type]);
  });

  it.each(EVENT_TYPES)('refuse %s without its correlation', async (type) => {
    const encode = await codec.encoderFor(`${type}-value`);
    const { correlationId: _, ...rest } = SAMPLES[type];
    await expect(encode(rest as (typeof SAMPLES)[typeof type])).rejects.toThrow('invalid "string": undefined');
  });

  it('are looked up, never registered', async () => {
    await expect(codec.encoderFor('unknown-value')).rejects.toThrow('Subject not found');
    expect(asked.filter((line) => !line.startsWith('GET '))).toEqual([]);
  });

  it('do not make an event of a record without a value', async () => {
    await expect(codec.decode(null)).rejects.toThrow('not an event');
  });
});
