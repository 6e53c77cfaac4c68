import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { SchemaRegistry } from '../../../../src/ports/registry.ts';
import { findNoHost } from '../names.ts';
import { connect, connectToScript, faultOf, options, order } from './helpers.ts';
import type { Reply, Script } from './scripted-server.ts';

const mebibyte = 'x'.repeat(1024 * 1024);

interface Hostility {
  it: string;
  reply: Reply;
  says: string;
  callTimeoutMs?: number;
}

const hostile: readonly Hostility[] = [
  {
    it: 'a web page',
    reply: (response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Welcome</html>'),
    says: 'answered 200 with text/html instead of JSON',
  },
  {
    it: 'an empty body',
    reply: (response) => response.writeHead(200).end(),
    says: 'answered 200 with an empty body',
  },
  {
    it: 'no content',
    reply: (response) => response.writeHead(204).end(),
    says: 'answered 204 with an empty body',
  },
  {
    it: 'cut JSON in a complete answer',
    reply: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":1,"vers'),
    says: 'answered 200 with broken JSON',
  },
  {
    it: 'an answer that ends before its announced length',
    reply: (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"id":1,');
      setImmediate(() => response.destroy());
    },
    says: 'closed the connection before its answer was complete',
  },
  {
    it: 'a reset',
    reply: (response) => response.socket?.resetAndDestroy(),
    says: 'closed the connection before its answer was complete',
  },
  {
    it: 'an endless body',
    reply: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const pour = () => {
        while (!response.destroyed && response.write(mebibyte));
      };
      response.on('drain', pour);
      pour();
    },
    says: 'sent an answer that is too large',
  },
  {
    it: 'silence',
    reply: () => {},
    says: 'gave no answer within 60 ms',
    callTimeoutMs: 60,
  },
  {
    it: 'an answer that drips',
    reply: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    },
    says: 'gave no answer within 60 ms',
    callTimeoutMs: 60,
  },
  {
    it: 'a redirect',
    reply: (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end(),
    says: 'answered 302, and redirects are not followed',
  },
  {
    it: 'a failing store',
    reply: [500, { error_code: 50001, message: 'at 12:03:17' }],
    says: 'answered 500 with error 50001',
  },
  { it: 'an unknown leader', reply: [500, { error_code: 50004, message: 'x' }], says: 'answered 500 with error 50004' },
  { it: 'an overloaded proxy', reply: (response) => response.writeHead(503).end('busy'), says: 'answered 503' },
  { it: 'a wrong URL', reply: (response) => response.writeHead(404).end('not found'), says: 'answered 404' },
  {
    it: 'the 404 of an application server, which has JSON but no error number',
    reply: [404, { status: 404, title: 'Could not find resource' }],
    says: 'answered 404',
  },
  { it: "a proxy's 409", reply: (response) => response.writeHead(409).end('conflict'), says: 'answered 409' },
  { it: "a proxy's 422", reply: (response) => response.writeHead(422).end('no'), says: 'answered 422' },
  { it: 'JSON of another kind', reply: [200, 'hello'], says: 'answered 200 without' },
  {
    it: 'an object of another kind',
    reply: [200, { id: 'one', version: -1, is_compatible: 'yes' }],
    says: 'answered 200 without',
  },
  { it: 'a list of another kind', reply: [200, ['1']], says: 'answered 200 without' },
  { it: 'null', reply: [200, null], says: 'answered 200 without' },
  { it: 'a level that nobody knows', reply: [200, { compatibilityLevel: 'SIDEWAYS' }], says: 'answered 200 without' },
];

interface Read {
  name: string;
  /** What is answered well, so that the hostile answer meets the rest of the call. */
  script?: Script;
  call: (registry: SchemaRegistry) => Promise<unknown>;
}

const level: Script = { 'GET /config/orders': [200, { compatibilityLevel: 'FULL' }] };

const reads: readonly Read[] = [
  { name: 'describe', call: (registry) => registry.describe(options) },
  { name: 'readLevel', call: (registry) => registry.readLevel('orders', options) },
  { name: 'listVersions', call: (registry) => registry.listVersions('orders', options) },
  { name: 'lookup', call: (registry) => registry.lookup('orders', order, options) },
  { name: 'check', script: level, call: (registry) => registry.check('orders', order, options) },
  { name: 'register', call: (registry) => registry.register('orders', order, options) },
];

for (const { it, reply, says, callTimeoutMs } of hostile) {
  test.each(reads)(`$name takes ${it} for no answer`, async ({ script = {}, call }) => {
    const { server, registry } = await connectToScript(script, reply, { ...(callTimeoutMs && { callTimeoutMs }) });
    const fault = await faultOf(call(registry));
    expect(fault).toMatchObject({ system: 'registry', kind: 'unavailable' });
    expect(fault.message).toMatch(/^cannot [a-z ]+/);
    expect(fault.message).toContain(`: registry ${server.host} ${says}`);
  });
}

test.each([
  { it: 'a web page', reply: hostile[0]?.reply },
  { it: 'an empty body', reply: hostile[1]?.reply },
  { it: 'a bare number', reply: [200, 1] as const },
])('does not take $it for a confirmed level', async ({ reply }) => {
  const { registry } = await connectToScript({}, reply);
  expect(await faultOf(registry.writeLevel('orders', 'Full', options))).toMatchObject({ kind: 'unavailable' });
});

test('does not take a web page for a removed level', async () => {
  const { registry } = await connectToScript({}, hostile[0]?.reply);
  expect(await faultOf(registry.writeLevel('orders', undefined, options))).toMatchObject({ kind: 'unavailable' });
});

test.each([
  { it: '401', reply: [401, { error_code: 40101, message: 'Unauthorized' }] as const, kind: 'denied', code: '40101' },
  { it: '403', reply: [403, { message: 'Forbidden' }] as const, kind: 'denied', code: '403' },
  { it: '429', reply: [429, { message: 'slow down' }] as const, kind: 'throttled', code: '429' },
  {
    it: 'a registry that takes no writes now',
    reply: [422, { error_code: 42205, message: 'Subject orders is in read-only mode' }] as const,
    kind: 'rejected',
    code: '42205',
  },
  { it: '413', reply: [413, { message: 'too large' }] as const, kind: 'rejected', code: '413' },
])('classifies $it by its code', async ({ reply, kind, code }) => {
  const { registry } = await connectToScript({}, reply);
  expect(await faultOf(registry.register('orders', order, options))).toMatchObject({ kind, code });
});

test.each([
  { it: 'seconds', value: '7', afterMs: 7000 },
  { it: 'more than an hour', value: '99999', afterMs: 3_600_000 },
  { it: 'a date that has passed', value: 'Wed, 21 Oct 2015 07:28:00 GMT', afterMs: 0 },
  { it: 'nonsense', value: 'soon', afterMs: undefined },
])('reads Retry-After as $it', async ({ value, afterMs }) => {
  const { registry } = await connectToScript({}, (response) => response.writeHead(429, { 'retry-after': value }).end());
  expect((await faultOf(registry.listVersions('orders', options))).retryAfterMs).toBe(afterMs);
});

test('says the same while a server fails in the same way with other words', async () => {
  let n = 0;
  const { registry } = await connectToScript({}, (response) =>
    response.writeHead(500).end(JSON.stringify({ error_code: 50001, message: `trace ${n++}` })),
  );
  const first = await faultOf(registry.listVersions('orders', options));
  expect((await faultOf(registry.listVersions('orders', options))).message).toBe(first.message);
});

test('bounds and cleans what a registry says about a refusal', async () => {
  const { registry } = await connectToScript({}, [
    400,
    { error_code: 400, message: `a\n\u0000\u001b[31mb${mebibyte}` },
  ]);
  const { message } = await faultOf(registry.listVersions('orders', options));
  expect(message.length).toBeLessThan(500);
  expect(message).toContain(': a [31mbxxx');
});

test('does not follow a redirect to another server', async () => {
  const catcher = await connectToScript({}, [200, { id: 1 }]);
  const { registry } = await connectToScript({}, (response) =>
    response.writeHead(307, { location: `${catcher.server.url}/subjects/orders/versions` }).end(),
  );
  await faultOf(registry.register('orders', order, options));
  expect(catcher.server.seen).toEqual([]);
});

test('names a registry that refuses connections', async () => {
  const { server } = await connectToScript({});
  await server.close();
  const fault = await faultOf(connect(server.url).listVersions('orders', options));
  expect(fault).toMatchObject({ kind: 'unavailable', code: 'ECONNREFUSED' });
  expect(fault.message).toBe(
    `cannot list the versions of subject "orders": registry ${server.host} refused the connection`,
  );
});

test.each(['ENOTFOUND', 'EAI_AGAIN'])('names a registry whose host is not known: %s', async (code) => {
  findNoHost(code);
  const fault = await faultOf(connect('http://registry.invalid:8081').listVersions('orders', options));
  expect(fault).toMatchObject({ kind: 'unavailable' });
  expect(fault.message).toContain('registry registry.invalid:8081 has no address that can be found');
});

test('takes a server that does not speak HTTP for no answer', async () => {
  const server = await listen(createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
  const fault = await faultOf(connect(server).listVersions('orders', options));
  expect(fault).toMatchObject({ kind: 'unavailable' });
  expect(fault.message).toContain('sent something that is not HTTP');
});

test('works again with the same client when the registry is back', async () => {
  let down = true;
  const { registry } = await connectToScript({}, (response) => {
    if (down) response.socket?.resetAndDestroy();
    else response.end('[1]');
  });
  await faultOf(registry.listVersions('orders', options));
  down = false;
  expect(await registry.listVersions('orders', options)).toEqual([1]);
});

test('holds many problems of one answer in bounds', async () => {
  const list = Array.from({ length: 5000 }, (_, n) => `field${n} at /fields/${n}`).join(', ');
  const { registry } = await connectToScript({}, [409, { error_code: 409, message: `list of diff types: [${list}]` }]);
  const result = await registry.register('orders', order, options);
  expect(result.kind).toBe('incompatible');
  const problems = 'problems' in result ? result.problems : [];
  expect(problems).toHaveLength(21);
  expect(problems.at(-1)).toMatch(/^and \d+ more$/);
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
