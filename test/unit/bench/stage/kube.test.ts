import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKube, type Kube } from '../../../../bench/stage/kube.ts';

const topics = '/apis/a/v1/namespaces/bench/topics';
const resources = [
  { name: 'topics/status', kind: 'Topic', namespaced: true },
  { name: 'topics', kind: 'Topic', namespaced: true },
  { name: 'clusters', kind: 'Cluster', namespaced: false },
];
const event = (type: string, name: string) => ({ type, object: { metadata: { name, resourceVersion: '9' } } });

/** What the server answers, by method and URL: status and lines of JSON. */
const answers: Readonly<Record<string, readonly [number, ...unknown[]]>> = {
  'GET /apis/a/v1': [200, { resources }],
  [`GET ${topics}`]: [200, { metadata: { resourceVersion: '7' } }],
  [`GET ${topics}?watch=1&timeoutSeconds=86400&resourceVersion=7`]: [
    200,
    event('ADDED', 'orders'),
    event('MODIFIED', 'orders'),
    { type: 'ERROR', object: { code: 410 } },
  ],
  [`PATCH ${topics}/orders`]: [200, {}],
  [`POST ${topics}`]: [409, { reason: 'AlreadyExists' }],
};

let server: Server;
let kube: Kube;
let seen: { headers: IncomingMessage['headers']; body: string }[];

beforeEach(async () => {
  seen = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    seen.push({ headers: request.headers, body: await text(request) });
    const [status, ...lines] = answers[`${request.method} ${request.url}`] ?? [404, {}];
    response.writeHead(status).end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  kube = createKube({ url: `http://127.0.0.1:${port}`, authority: '', adminToken: 'secret' });
});

afterEach(async () => {
  await kube.close();
  await new Promise((resolve) => server.close(resolve));
});

it('sends patches as merge patches, with credentials', async () => {
  await kube.change({ method: 'PATCH', path: `${topics}/orders`, body: { spec: { partitions: 2 } } });
  expect(seen).toMatchObject([
    {
      headers: { 'content-type': 'application/merge-patch+json', authorization: 'Bearer secret' },
      body: '{"spec":{"partitions":2}}',
    },
  ]);
});

it('names the request that was refused, and why', async () => {
  const change = kube.change({ method: 'POST', path: topics, body: {} });
  await expect(change).rejects.toThrow(/^POST \/apis\/a\/v1\/namespaces\/bench\/topics: 409 .*AlreadyExists/);
});

it('finds the plural of a kind that has namespaces', async () => {
  expect(await kube.pluralOf('a/v1', 'Topic')).toBe('topics');
  await expect(kube.pluralOf('a/v1', 'Cluster')).rejects.toThrow('a/v1 has no namespaced kind Cluster');
  await expect(kube.pluralOf('a/v1', 'Queue')).rejects.toThrow('a/v1 has no namespaced kind Queue');
});

it('knows what is served', async () => {
  expect(await kube.serves('/apis/a/v1')).toBe(true);
  expect(await kube.serves('/apis/b/v1')).toBe(false);
});

it('watches from the present on, until the server gives up', async () => {
  const names: string[] = [];
  const events = await kube.watch(topics, new AbortController().signal);
  const follow = async () => {
    for await (const { type, object } of events) names.push(`${type} ${object.metadata.name}`);
  };
  await expect(follow()).rejects.toThrow('the watch failed: {"type":"ERROR"');
  expect(names).toEqual(['ADDED orders', 'MODIFIED orders']);
});
