import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Probe } from '../../../../dev/local-node/pod.ts';
import { type ProbeResult, tryProbe } from '../../../../dev/local-node/probes/try-probe.ts';
import { container } from '../pods.ts';

const server = http.createServer((request, response) => {
  if (request.url === '/silent') return;
  const wanted = request.headers['x-status'] ?? request.url?.slice(1);
  response.writeHead(Number(wanted || 200)).end();
});
let port: number;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port; // a TCP server's address is no string
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Attempt {
  exec?: () => Promise<number>;
  /** Far longer than an answer takes, unless none is to come. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

function attempt(probe: Probe, options: Attempt = {}): Promise<ProbeResult> {
  const { exec = async () => 0, timeoutMs = 60_000, signal = new AbortController().signal } = options;
  const ports = [{ name: 'http', containerPort: port }];
  const target = { podIP: '127.0.0.1', container: container({ ports }), exec };
  return tryProbe(probe, target, timeoutMs, signal);
}

const httpRows = [
  { it: 'passes on 200', path: '/200', passed: true },
  { it: 'passes on a redirect, without following it', path: '/302', passed: true },
  { it: 'fails on 404', path: '/404', passed: false },
  { it: 'fails on 500', path: '/500', passed: false },
  { it: 'asks for the root when no path is given', path: undefined, passed: true },
];
it.each(httpRows)('$it', async ({ path, passed }) => {
  const result = await attempt({ httpGet: { port, ...(path && { path }) } });
  expect(result.passed).toBe(passed);
});

it('finds a port by its name in the container', async () => {
  expect(await attempt({ httpGet: { port: 'http', path: '/200' } })).toEqual({ passed: true });
});

it('sends the headers that it is given', async () => {
  const httpGet = { port, httpHeaders: [{ name: 'X-Status', value: '503' }] };
  expect(await attempt({ httpGet })).toEqual({ passed: false, message: 'HTTP status 503' });
});

it('passes when a connection can be opened', async () => {
  expect(await attempt({ tcpSocket: { port } })).toEqual({ passed: true });
});

it('passes when a command ends with 0', async () => {
  expect(await attempt({ exec: { command: ['true'] } })).toEqual({ passed: true });
});

const failures = [
  {
    it: 'names a port that the container does not have',
    probe: { tcpSocket: { port: 'grpc' } },
    says: 'no port named "grpc"',
  },
  { it: 'tells of a refused connection', probe: { tcpSocket: { port: 1 } }, says: 'ECONNREFUSED' },
  {
    it: 'gives up on a server that says nothing',
    probe: { httpGet: { port: 'http', path: '/silent' } },
    says: 'no answer within 300 ms',
    timeoutMs: 300,
  },
  { it: 'tells how a command ended', probe: { exec: { command: ['false'] } }, says: 'command ended with code 1' },
];
it.each(failures)('$it', async ({ probe, says, ...options }) => {
  const result = await attempt(probe, { exec: async () => 1, ...options });
  expect(result).toEqual({ passed: false, message: expect.stringContaining(says) });
});

it('ends at once when the container does', async () => {
  const ending = new AbortController();
  const result = attempt({ httpGet: { port, path: '/silent' } }, { signal: ending.signal });
  ending.abort();
  expect(await result).toEqual({ passed: false, message: 'The operation was aborted' });
});
