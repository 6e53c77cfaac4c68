import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Check, createHealthServer, idleCheck } from '../../../../src/runtime/process/health.ts';

const fine: Check = () => undefined;
const render = async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' });

async function serve(options: Partial<Parameters<typeof createHealthServer>[0]> = {}): Promise<string> {
  const server = createHealthServer({ live: [fine], ready: [fine], renderMetrics: render, ...options });
  const port = await server.listen('127.0.0.1', 0);
  onTestFinished(() => server.close());
  return `http://127.0.0.1:${port}`;
}

const answers: readonly {
  it: string;
  path: string;
  method?: string;
  live?: readonly Check[];
  ready?: readonly Check[];
  status: number;
  body: string;
}[] = [
  { it: 'a healthy process is alive', path: '/healthz', status: 200, body: 'ok\n' },
  { it: 'a process without checks is alive', path: '/healthz', live: [], status: 200, body: 'ok\n' },
  {
    it: 'a process is not alive when one check complains',
    path: '/healthz',
    live: [fine, () => 'stuck'],
    status: 503,
    body: 'stuck\n',
  },
  { it: 'all complaints are told', path: '/readyz', ready: [() => 'a', () => 'b'], status: 503, body: 'a\nb\n' },
  {
    it: 'a process that is not ready is still alive',
    path: '/healthz',
    ready: [() => 'syncing'],
    status: 200,
    body: 'ok\n',
  },
  {
    it: 'a process that is not alive may still be ready',
    path: '/readyz?verbose',
    live: [() => 'stuck'],
    status: 200,
    body: 'ok\n',
  },
  { it: 'metrics are rendered when asked for', path: '/metrics', status: 200, body: 'up 1\n' },
  { it: 'other paths are not found', path: '/', status: 404, body: 'here are /healthz, /readyz and /metrics\n' },
  {
    it: 'nothing but reading is possible',
    path: '/metrics',
    method: 'POST',
    status: 405,
    body: 'only GET is answered here\n',
  },
];

test.each(answers)('$it', async ({ path, method = 'GET', live = [fine], ready = [fine], status, body }) => {
  const response = await fetch((await serve({ live, ready })) + path, { method });
  expect([response.status, await response.text()]).toEqual([status, body]);
});

test('metrics come with the type that the renderer gives', async () => {
  const response = await fetch(`${await serve()}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
});

test('metrics that cannot be rendered are an error of that request only', async () => {
  const url = await serve({ renderMetrics: () => Promise.reject(new Error('password=hunter2')) });
  const response = await fetch(`${url}/metrics`);
  expect([response.status, await response.text()]).toEqual([500, 'metrics cannot be rendered\n']);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('a check that throws is an error of that request only', async () => {
  let broken = true;
  const check = () => {
    if (broken) throw new Error('oops');
    return undefined;
  };
  const url = await serve({ live: [check] });
  expect((await fetch(`${url}/healthz`)).status).toBe(500);
  broken = false;
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('a port that is taken is an error of listen', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const server = createHealthServer({ live: [], ready: [], renderMetrics: render });
  const { port } = other.address() as AddressInfo;
  await expect(server.listen('127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('closing ends connections that are kept alive', async () => {
  const server = createHealthServer({ live: [], ready: [], renderMetrics: render });
  const port = await server.listen('127.0.0.1', 0);
  await (await fetch(`http://127.0.0.1:${port}/healthz`)).text();
  await server.close();
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

test('closing ends a request that is never answered', async () => {
  const asked = Promise.withResolvers<void>();
  const renderMetrics = () => {
    asked.resolve();
    return new Promise<never>(() => {});
  };
  const server = createHealthServer({ live: [], ready: [], renderMetrics });
  const port = await server.listen('127.0.0.1', 0);
  const scrape = fetch(`http://127.0.0.1:${port}/metrics`).catch(() => 'ended');
  await asked.promise;
  await server.close();
  expect(await scrape).toBe('ended');
});

test('idleness is a complaint only once it is longer than the limit', () => {
  let idleMs = 360_000;
  const check = idleCheck('the watch of topics', () => idleMs, 360_000);
  expect(check()).toBeUndefined();
  idleMs += 1;
  expect(check()).toBe('the watch of topics has done nothing for more than 360 s');
});
