import { describe, expect, it } from 'vitest';
import { configMaps, leases } from '../../../../../src/adapters/kube/resource-type.ts';
import { Fault } from '../../../../../src/ports/fault.ts';
import { settle } from '../../../../fakes/fake-clock.ts';
import { eventually } from '../../../../helpers/eventually.ts';
import { type Answer, answer, page, refuse, reset, silence } from '../api-server.ts';
import { clientFor, kubeConfigFor, soon, startServer, type Thing, testSignal, thing } from '../parts.ts';

const collection = '/api/v1/namespaces/shop/configmaps';
const one = `${collection}/orders`;

async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const error = await call.then(
    () => expect.fail('the call should have failed'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Fault);
  return error as Fault;
}

describe('what the API server answers becomes a value or a Fault', () => {
  const rows: { it: string; answer: Answer; kind: string; code: string; more?: object }[] = [
    { it: 'a 401 is denied', answer: refuse(401, 'who?'), kind: 'denied', code: '401' },
    { it: 'a 403 is denied', answer: refuse(403, 'no'), kind: 'denied', code: '403' },
    { it: 'a write to something gone is a conflict', answer: refuse(404, 'gone'), kind: 'conflict', code: '404' },
    { it: 'a 409 is a conflict', answer: refuse(409, 'moved'), kind: 'conflict', code: '409' },
    { it: 'a 422 is rejected', answer: refuse(422, 'bad'), kind: 'rejected', code: '422' },
    { it: 'a 400 is rejected', answer: refuse(400, 'bad'), kind: 'rejected', code: '400' },
    { it: 'a 413 is rejected', answer: refuse(413, 'long'), kind: 'rejected', code: '413' },
    {
      it: 'a 429 is throttled and says for how long',
      answer: refuse(429, 'slower', { 'retry-after': '7' }),
      kind: 'throttled',
      code: '429',
      more: { retryAfterMs: 7_000 },
    },
    { it: 'a 500 is unavailable', answer: refuse(500, 'oops'), kind: 'unavailable', code: '500' },
    {
      it: 'a 503 is unavailable and says for how long',
      answer: refuse(503, 'later', { 'retry-after': '2' }),
      kind: 'unavailable',
      code: '503',
      more: { retryAfterMs: 2_000 },
    },
    {
      it: 'the page of a proxy is unavailable',
      answer: answer('<html>Bad gateway</html>', 502),
      kind: 'unavailable',
      code: '502',
    },
    {
      it: 'a success that is not JSON is unavailable',
      answer: answer('<html>hello</html>'),
      kind: 'unavailable',
      code: 'MALFORMED',
    },
    {
      it: 'a success that is cut off is unavailable',
      answer: answer('{"meta'),
      kind: 'unavailable',
      code: 'MALFORMED',
    },
    {
      it: 'a success without an object is unavailable',
      answer: answer({ kind: 'ConfigMap' }),
      kind: 'unavailable',
      code: 'MALFORMED',
    },
    {
      it: 'an object whose version is not a number is unavailable',
      answer: answer({ metadata: { name: 'a', resourceVersion: 'b' } }),
      kind: 'unavailable',
      code: 'MALFORMED',
    },
    {
      it: 'a redirect is not followed',
      answer: (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      kind: 'unavailable',
      code: '302',
    },
    { it: 'a reset connection is unavailable', answer: reset, kind: 'unavailable', code: 'ECONNRESET' },
  ];
  it.each(rows)('$it', async ({ answer: scripted, kind, code, more = {} }) => {
    const server = await startServer();
    server.on(`PATCH ${one}`, scripted);
    const { client } = clientFor(server);
    const fault = await faultOf(client.patch(configMaps, 'shop/orders', {}, { signal: testSignal() }));
    expect(fault).toMatchObject({ system: 'kubernetes', kind, code, ...more });
    expect(fault.message).toContain('cannot patch configmaps shop/orders: ');
  });

  it('reads something that is not there as undefined', async () => {
    const server = await startServer();
    const { client } = clientFor(server);
    expect(await client.get(configMaps, 'shop/orders', { signal: testSignal() })).toBeUndefined();
  });

  it('rejects a creation in a place that does not exist', async () => {
    const server = await startServer();
    const { client } = clientFor(server);
    const body = { metadata: { name: 'a', namespace: 'nowhere' } };
    const fault = await faultOf(client.create(configMaps, body, { signal: testSignal() }));
    expect(fault).toMatchObject({ kind: 'rejected', code: '404' });
  });

  it('finds a server that does not listen unavailable', async () => {
    const server = await startServer();
    const { client } = clientFor(server);
    await server.close();
    const fault = await faultOf(client.get(configMaps, 'shop/orders', { signal: testSignal() }));
    expect(fault).toMatchObject({ kind: 'unavailable', code: 'ECONNREFUSED' });
  });

  it('stops reading an answer that does not end', async () => {
    const server = await startServer();
    server.on(`GET ${one}`, (response) => {
      response.writeHead(200);
      const flood = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
      };
      response.on('drain', flood);
      flood();
    });
    const { client } = clientFor(server, { settings: { maxResponseBytes: 1_000_000 } });
    const fault = await faultOf(client.get(configMaps, 'shop/orders', { signal: testSignal() }));
    expect(fault).toMatchObject({ kind: 'unavailable', code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
  });
});

describe('a call ends', () => {
  const silences: { it: string; scripted: Answer }[] = [
    { it: 'at its deadline when nothing is answered', scripted: silence },
    {
      it: 'at its deadline when the answer stops half way',
      scripted: (response) => void response.writeHead(200).write('{"metadata":'),
    },
  ];
  it.each(silences)('$it', async ({ scripted }) => {
    const server = await startServer();
    server.on(`GET ${one}`, scripted);
    const { client } = clientFor(server, { settings: { callDeadlineMs: 100 } });
    const fault = await faultOf(client.get(configMaps, 'shop/orders', { signal: testSignal() }));
    expect(fault).toMatchObject({ kind: 'unavailable', code: 'TIMEOUT' });
    expect(fault.message).toBe('cannot get configmaps shop/orders: no answer within 0.1 s');
  });

  it('when its caller gives up', async () => {
    const server = await startServer();
    server.on(`GET ${one}`, silence);
    const { client } = clientFor(server);
    const caller = new AbortController();
    const call = faultOf(client.get(configMaps, 'shop/orders', { signal: caller.signal }));
    await eventually(() => expect(server.seen).toHaveLength(1), soon);
    caller.abort();
    expect(await call).toMatchObject({ kind: 'unavailable', code: 'ABORTED' });
  });

  it('before it begins when its caller gave up already', async () => {
    const server = await startServer();
    const { client } = clientFor(server);
    const fault = await faultOf(client.get(configMaps, 'shop/orders', { signal: AbortSignal.abort() }));
    expect(fault).toMatchObject({ code: 'ABORTED' });
    expect(server.seen).toEqual([]);
  });

  it('and leaves no listener on the signal of a long-lived caller', async () => {
    const server = await startServer();
    server.on(`GET ${one}`, answer(thing('orders', 1)));
    const { client } = clientFor(server);
    const counted = countListeners(testSignal());
    for (let n = 0; n < 20; n += 1) await client.get(configMaps, 'shop/orders', { signal: counted.signal });
    expect(counted.open()).toBe(0);
  });
});

describe('what is sent', () => {
  it('is a merge patch under our name, and the answer comes without what only fills memory', async () => {
    const server = await startServer();
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{…}', kept: 'yes' };
    const stored = thing('orders', 8, { annotations });
    const metadata = { ...stored.metadata, managedFields: [{ manager: 'kubectl' }] };
    server.on(`PATCH ${one}/status`, answer({ ...stored, metadata }));
    const { client } = clientFor(server, { settings: { version: '1.2.3' } });
    const patched = await client.patch<Thing>(
      configMaps,
      'shop/orders',
      { status: { a: '1' } },
      { subresource: 'status', signal: testSignal() },
    );
    expect(patched).toEqual({ ...stored, metadata: { ...stored.metadata, annotations: { kept: 'yes' } } });
    expect(server.seen).toMatchObject([
      {
        body: { status: { a: '1' } },
        headers: { 'content-type': 'application/merge-patch+json', 'user-agent': 'sluice/1.2.3' },
      },
    ]);
  });

  it('carries the preconditions of a delete', async () => {
    const server = await startServer();
    server.on(`DELETE ${one}`, answer({ kind: 'Status', status: 'Success' }));
    const { client } = clientFor(server);
    await client.delete(configMaps, 'shop/orders', { uid: 'u', resourceVersion: '5', signal: testSignal() });
    expect(server.seen[0]?.body).toEqual({ preconditions: { uid: 'u', resourceVersion: '5' } });
  });

  it('goes below the path of a server that is behind another one', async () => {
    const server = await startServer();
    const route = '/k8s/clusters/c-1/apis/coordination.k8s.io/v1/namespaces/ops/leases/x';
    server.on(`GET ${route}`, answer(thing('x', 1)));
    const config = kubeConfigFor(`${server.url}/k8s/clusters/c-1/`);
    const { client } = clientFor(server, { config });
    expect(await client.get(leases, 'ops/x', { signal: testSignal() })).toBeDefined();
  });

  it('is measured by verb, resource and outcome', async () => {
    const server = await startServer();
    const { client, metrics } = clientFor(server);
    await client.get(configMaps, 'shop/orders', { signal: testSignal() });
    expect(metrics.values).toMatchObject([
      { name: 'sluice_kubernetes_request_seconds', labels: { verb: 'get', resource: 'configmaps', outcome: '404' } },
    ]);
  });
});

describe('a list', () => {
  const route = `GET ${collection}`;

  it('gathers its pages', async () => {
    const server = await startServer();
    server.on(route, page([thing('a', 1), thing('b', 2)], '9', 'more'), page([thing('c', 3)], '9'));
    const { client } = clientFor(server, { settings: { pageSize: 2 } });
    const { items, resourceVersion } = await client.list(configMaps, { namespace: 'shop', signal: testSignal() });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect(resourceVersion).toBe('9');
    expect(server.seen.map(({ query }) => query)).toEqual([{ limit: '2' }, { limit: '2', continue: 'more' }]);
  });

  it('starts over when a page has expired, so that no part passes as the whole', async () => {
    const server = await startServer();
    server.on(route, page([thing('a', 1)], '9', 'more'), refuse(410, 'expired'), page([thing('b', 12)], '12'));
    const { client } = clientFor(server);
    const { items, resourceVersion } = await client.list(configMaps, { namespace: 'shop', signal: testSignal() });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(resourceVersion).toBe('12');
    expect(server.seen.map(({ query }) => query.continue)).toEqual([undefined, 'more', undefined]);
  });

  it('fails rather than start over for ever', async () => {
    const server = await startServer();
    server.on(route, refuse(410, 'expired'));
    const { client } = clientFor(server);
    const fault = await faultOf(client.list(configMaps, { namespace: 'shop', signal: testSignal() }));
    expect(fault).toMatchObject({ kind: 'conflict', code: '410' });
    expect(server.seen).toHaveLength(3);
  });

  it('asks for smaller pages when one is too large to hold', async () => {
    const server = await startServer();
    const large = thing('large', 1, { data: { text: 'x'.repeat(3_000) } });
    server.on(route, (response, seen) => {
      const limit = Number(seen.query.limit);
      page(Array(Math.min(limit, 3)).fill(large), '9')(response, seen);
    });
    const { client } = clientFor(server, { settings: { pageSize: 8, maxResponseBytes: 8_000 } });
    const { items } = await client.list(configMaps, { namespace: 'shop', signal: testSignal() });
    expect(items).toHaveLength(2);
    expect(server.seen.map(({ query }) => query.limit)).toEqual(['8', '2']);
  });

  it('says of each item what it is, even where the server leaves it out', async () => {
    const server = await startServer();
    const { apiVersion: _, kind: __, ...bare } = thing('a', 1);
    server.on('GET /apis/coordination.k8s.io/v1/leases', page([bare], '9'));
    const { client } = clientFor(server);
    const { items } = await client.list(leases, { signal: testSignal() });
    expect(items).toMatchObject([{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }]);
  });
});

describe('the fence', () => {
  it('lets reads pass and keeps every change from leaving', async () => {
    const server = await startServer();
    server.on(`GET ${one}`, answer(thing('orders', 1)));
    const { client } = clientFor(server, { fence: () => false });
    const signal = testSignal();
    expect(await client.get(configMaps, 'shop/orders', { signal })).toBeDefined();
    const fenced = { kind: 'unavailable', code: 'FENCED' };
    expect(await faultOf(client.create(configMaps, { metadata: {} }, { signal }))).toMatchObject(fenced);
    expect(await faultOf(client.patch(configMaps, 'shop/orders', {}, { signal }))).toMatchObject(fenced);
    expect(await faultOf(client.delete(configMaps, 'shop/orders', { uid: 'u', signal }))).toMatchObject(fenced);
    expect(server.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  it('is asked when a change leaves, not when it starts to wait for a free connection', async () => {
    const server = await startServer();
    let leads = true;
    let release = () => {};
    server.on(`GET ${one}`, (response, seen) => {
      release = () => answer(thing('orders', 1))(response, seen);
    });
    const { client } = clientFor(server, { fence: () => leads, settings: { connections: 1 } });
    const signal = testSignal();
    const blocking = client.get(configMaps, 'shop/orders', { signal });
    await eventually(() => expect(server.seen).toHaveLength(1), soon);
    const waiting = faultOf(client.patch(configMaps, 'shop/orders', { data: { a: '1' } }, { signal }));
    await settle();
    leads = false;
    release();
    await blocking;
    expect(await waiting).toMatchObject({ kind: 'unavailable', code: 'FENCED' });
    expect(server.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  it('leaves the connection usable', async () => {
    const server = await startServer();
    server.on(`GET ${one}`, answer(thing('orders', 1)));
    server.on(`PATCH ${one}`, answer(thing('orders', 2)));
    let leads = true;
    const { client } = clientFor(server, { fence: () => leads, settings: { connections: 1 } });
    const signal = testSignal();
    await client.get(configMaps, 'shop/orders', { signal });
    leads = false;
    await faultOf(client.patch(configMaps, 'shop/orders', {}, { signal }));
    leads = true;
    expect(await client.patch(configMaps, 'shop/orders', {}, { signal })).toMatchObject(thing('orders', 2));
    expect(server.connections).toBe(1);
  });
});

function countListeners(signal: AbortSignal): { signal: AbortSignal; open: () => number } {
  let open = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    open += 1;
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    open -= 1;
    remove(...given);
  };
  return { signal, open: () => open };
}
