import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { issueIdentity, type ServerIdentity } from '../../../../src/adapters/webhook/rotation.ts';
import { createWebhookServer, type WebhookServer } from '../../../../src/adapters/webhook/server.ts';
import { RecordedLog } from '../../../fakes/recorders.ts';

const terms = { names: ['127.0.0.1'], lifetimeMs: 3_600_000, overlapMs: 1_000 };
const identity = issueIdentity(terms, new Date());

let server: WebhookServer;
let port: number;
let agent: Agent;
beforeEach(async () => {
  const review = async (text: string) =>
    text === 'wrong'
      ? ({ ok: false, problem: 'this is wrong' } as const)
      : ({ ok: true, body: { said: text } } as const);
  server = createWebhookServer({ review, log: new RecordedLog() });
  port = await server.listen('127.0.0.1', 0);
  server.use(identity);
  agent = trusting(identity);
});
afterEach(async () => {
  await agent.destroy();
  await server.close();
});

const trusting = ({ ca }: ServerIdentity) => new Agent({ connections: 1, connect: { ca } });

async function post(body: string, path = '/validate?timeout=5s', dispatcher = agent) {
  const answer = await request(`https://127.0.0.1:${port}${path}`, { method: 'POST', body, dispatcher });
  return { status: answer.statusCode, body: await answer.body.text() };
}

it('answers a review', async () => {
  expect(await post('question')).toEqual({ status: 200, body: '{"said":"question"}' });
});

it.each([
  { it: 'what is no review', body: 'wrong', path: '/validate', status: 400, says: 'this is wrong\n' },
  { it: 'another path', body: '', path: '/metrics', status: 404, says: 'here is /validate\n' },
  {
    it: 'more than it reads',
    body: 'x'.repeat(9 * 1024 * 1024),
    path: '/validate',
    status: 413,
    says: /at most 8388608/,
  },
])('refuses $it', async ({ body, path, status, says }) => {
  const answer = await post(body, path);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatch(says);
  expect(await post('next')).toMatchObject({ status: 200 });
});

it('refuses other methods', async () => {
  const { statusCode } = await request(`https://127.0.0.1:${port}/validate`, { dispatcher: agent });
  expect(statusCode).toBe(405);
});

it('speaks no TLS older than 1.2, and nothing without', async () => {
  const old = new Promise((resolve) => {
    connect({ host: '127.0.0.1', port, ca: identity.ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }).once(
      'error',
      resolve,
    );
  });
  expect(await old).toBeInstanceOf(Error);
  const plain = new Promise<string>((resolve) => {
    let said = '';
    const socket = connectTcp(port, '127.0.0.1', () => socket.write('POST /validate HTTP/1.1\r\n\r\n'));
    socket.on('data', (data) => {
      said += String(data);
    });
    socket.once('error', () => resolve(said)).once('close', () => resolve(said));
  });
  expect(await plain).not.toContain('200 OK');
});

it('shows a new certificate to those who connect from then on, and breaks no connection', async () => {
  await post('before');
  const next = issueIdentity(terms, new Date());
  server.use(next);
  expect(await post('the connection of before')).toMatchObject({ status: 200 });
  const later = trusting(next);
  expect(await post('a new one', '/validate', later)).toMatchObject({ status: 200 });
  await later.destroy();
});

it('keeps the certificate that it has when it gets one that cannot be used', async () => {
  server.use({ certificate: 'none', key: 'none' });
  const another = trusting(identity);
  expect(await post('still', '/validate', another)).toMatchObject({ status: 200 });
  await another.destroy();
});

it('serves only once there is a certificate', async () => {
  const empty = createWebhookServer({ review: async () => ({ ok: true, body: {} }), log: new RecordedLog() });
  expect(empty.serves()).toBe(false);
  empty.use(identity);
  expect(empty.serves()).toBe(true);
});
