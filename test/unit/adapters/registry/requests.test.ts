import { expect, test } from 'vitest';
import { failedCode } from '../../../../src/ports/registry.ts';
import { avro, connect, connectToScript, faultOf, options, order } from './helpers.ts';

test('sends what the registry needs to register a schema', async () => {
  const { server, registry } = await connectToScript({}, [200, { id: 1 }]);
  const references = [{ name: 'shop.Money', subject: 'money', version: 2 }];
  await registry.register('s', avro('"string"', { references }), options);
  expect(server.seen).toMatchObject([
    {
      method: 'POST',
      path: '/subjects/s/versions?normalize=true',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: { schema: '"string"', schemaType: 'AVRO', references },
    },
  ]);
});

test('leaves out references when there are none, because old registries refuse the field', async () => {
  const { server, registry } = await connectToScript({}, [200, { id: 1 }]);
  await registry.register('s', avro('"string"', { normalize: false }), options);
  expect(server.seen[0]?.body).toEqual({ schema: '"string"', schemaType: 'AVRO' });
  expect(server.seen[0]?.path).toBe('/subjects/s/versions?normalize=false');
});

test.each([
  { it: 'a slash and a space', subject: 'a/b c', path: '/subjects/a%2Fb%20c/versions' },
  { it: 'a percent sign', subject: '50%', path: '/subjects/50%25/versions' },
  { it: 'a context', subject: ':.ctx:orders', path: '/subjects/%3A.ctx%3Aorders/versions' },
  { it: 'other alphabets', subject: 'größe', path: '/subjects/gr%C3%B6%C3%9Fe/versions' },
  { it: 'a question mark and a hash', subject: 'a?b#c', path: '/subjects/a%3Fb%23c/versions' },
])('encodes a subject with $it', async ({ subject, path }) => {
  const { server, registry } = await connectToScript({}, [200, [1]]);
  await registry.listVersions(subject, options);
  expect(server.seen[0]?.path).toBe(path);
});

test.each(['', '.', '..', '\ud800'])('refuses %j as a subject and asks nobody', async (subject) => {
  const { server, registry } = await connectToScript({}, [200, [1]]);
  expect(await faultOf(registry.listVersions(subject, options))).toMatchObject({ kind: 'rejected' });
  expect(server.seen).toEqual([]);
});

test('takes the status where Apicurio has no number of its own', async () => {
  const { registry } = await connectToScript({}, [500, { error_code: 0, message: '#: could not determine version' }]);
  expect(await faultOf(registry.register('s', order, options))).toMatchObject({
    kind: 'unavailable',
    code: failedCode,
  });
});

test('names the format in the words of registries', async () => {
  const { server, registry } = await connectToScript({}, [200, { id: 1 }]);
  await registry.register('s', { ...order, format: 'JSONSchema', schema: '{}' }, options);
  expect(server.seen).toMatchObject([{ body: { schema: '{}', schemaType: 'JSON' } }]);
});

test('keeps the path of the registry URL', async () => {
  const { server } = await connectToScript({}, [200, [1]]);
  await connect(`${server.url}/apis/ccompat/v7/`).listVersions('s', options);
  expect(server.seen[0]?.path).toBe('/apis/ccompat/v7/subjects/s/versions');
});

test('writes a level in the words of the registry', async () => {
  const { server, registry } = await connectToScript({}, [200, { compatibility: 'BACKWARD_TRANSITIVE' }]);
  await registry.writeLevel('s', 'BackwardTransitive', options);
  expect(server.seen).toMatchObject([
    { method: 'PUT', path: '/config/s', body: { compatibility: 'BACKWARD_TRANSITIVE' } },
  ]);
});

test('writes None where a registry knows it', async () => {
  const { server, registry } = await connectToScript({ 'PUT /config/s': [200, { compatibility: 'NONE' }] });
  await registry.writeLevel('s', 'None', options);
  expect(server.seen.at(-1)).toMatchObject({ method: 'PUT', body: { compatibility: 'NONE' } });
});

test('removes the level for None on an Apicurio whose global level is None', async () => {
  const { server, registry } = await connectToScript({
    'GET /contexts': [200, [':.:']],
    'GET /config': [200, { compatibilityLevel: 'NONE' }],
    'DELETE /config/s': [200, { compatibilityLevel: 'FULL' }],
  });
  await registry.writeLevel('s', 'None', options);
  expect(server.seen.at(-1)).toMatchObject({ method: 'DELETE', path: '/config/s' });
});

test('refuses None on an Apicurio whose global level would apply instead', async () => {
  const { server, registry } = await connectToScript({
    'GET /contexts': [200, [':.:']],
    'GET /config': [200, { compatibilityLevel: 'FULL' }],
  });
  const fault = await faultOf(registry.writeLevel('s', 'None', options));
  expect(fault).toMatchObject({ kind: 'rejected', code: 'UNSUPPORTED' });
  expect(fault.message).toContain('global level Full would apply');
  expect(server.seen.every(({ method }) => method === 'GET')).toBe(true);
});

test('finds out what a registry is by reads alone', async () => {
  const { server, registry } = await connectToScript({ 'GET /config': [200, { compatibilityLevel: 'FULL' }] });
  await registry.describe(options);
  expect(new Set(server.seen.map(({ method }) => method))).toEqual(new Set(['GET']));
});

test('stays with a product once recognised while its probe fails', async () => {
  let status = 200;
  const { registry } = await connectToScript({
    'GET /config': [200, { compatibilityLevel: 'FULL' }],
    'GET /_health': (response) => response.writeHead(status).end('{"schema_registry_ready":true}'),
  });
  await registry.describe(options);
  status = 503;
  expect(await registry.describe(options)).toEqual({ flavour: 'Karapace' });
});

test('works on many calls at once with few connections', async () => {
  const { server, registry } = await connectToScript({}, [200, { id: 1, version: 1 }], { maxConnections: 2 });
  const calls = Array.from({ length: 50 }, (_, n) => registry.lookup(`s${n}`, order, options));
  expect(await Promise.all(calls)).toHaveLength(50);
  expect(server.seen).toHaveLength(50);
});
