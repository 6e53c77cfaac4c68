import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createLoad, randomOrder } from '../../../examples/marketplace/load/load.ts';
import { parseOrder } from '../../../examples/marketplace/order-api/order.ts';
import { eventually } from '../../helpers/eventually.ts';

const soon = { within: 30_000 };

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A shop that keeps the keys of what reaches it; `answer` decides what becomes of the n-th request. */
async function openShop(answer: (response: ServerResponse, n: number) => void) {
  const keys: (string | undefined)[] = [];
  const server = createServer(({ headers }, response) => {
    keys.push(headers['idempotency-key']?.toString());
    answer(response, keys.length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { keys, url: `http://127.0.0.1:${address.port}` };
}

function accept(response: ServerResponse) {
  response.writeHead(202).end('{}');
}

describe('createLoad', () => {
  it('counts each order once, by its answer, and keeps the ids of those accepted', async () => {
    const { url } = await openShop((response, n) => {
      if (n % 4 === 0) response.writeHead(422).end('{"error":"InvalidOrder"}');
      else if (n % 4 === 1) response.writeHead(503).end('{"error":"NotReady"}');
      else if (n % 4 === 2) response.destroy();
      else accept(response);
    });
    const load = createLoad({ url, ratePerSecond: 400, attempts: 1 });
    await eventually(() => expect(load.counters().sent).toBeGreaterThan(20), soon);
    await load.stop();
    const { sent, answered202, rejected, failed } = load.counters();
    expect(answered202 + rejected + failed).toBe(sent);
    expect(load.ids.size).toBe(answered202);
    expect(Math.min(answered202, rejected, failed)).toBeGreaterThan(0);
  });

  it('sends an order again, with its key, until the shop has taken it', async () => {
    const { keys, url } = await openShop((response, n) => {
      if (n === 1) response.destroy();
      else if (n === 2) response.writeHead(503).end('{"error":"NotAcknowledged"}');
      else accept(response);
    });
    const load = createLoad({ url, ratePerSecond: 1_000, maxWaiting: 1 });
    await eventually(() => expect(load.counters().sent).toBe(1), soon);
    await load.stop();
    expect(load.counters()).toMatchObject({ sent: 1, answered202: 1, failed: 0, retries: 2 });
    expect(keys).toEqual([...load.ids, ...load.ids, ...load.ids]);
  });

  it('follows its rate, also when it changes', async () => {
    const { url } = await openShop(accept);
    const startedMs = performance.now();
    const load = createLoad({ url, ratePerSecond: 0.1 });
    cleanups.push(() => load.stop());
    load.setRate(100);
    await eventually(() => expect(load.counters().sent).toBeGreaterThanOrEqual(50), soon);
    // Not against the time that it takes: what a busy machine held up is sent later.
    const { sent } = load.counters();
    expect(sent).toBeLessThanOrEqual(((performance.now() - startedMs) / 1_000) * 100);
  });

  it('waits at its end for the answers that are out, and sends no more', async () => {
    const held: ServerResponse[] = [];
    const { keys, url } = await openShop((response) => void held.push(response));
    const load = createLoad({ url, ratePerSecond: 200 });
    await eventually(() => expect(held.length).toBeGreaterThan(3), soon);
    const stopped = load.stop();
    await eventually(() => expect(held.length).toBe(load.counters().sent), soon);
    for (const response of held) accept(response);
    await stopped;
    expect(load.counters().answered202).toBe(keys.length);
  });

  it('holds orders back from a shop that hangs, and counts them', async () => {
    const { keys, url } = await openShop(() => {});
    const load = createLoad({ url, ratePerSecond: 1_000, maxWaiting: 5, attempts: 1 });
    cleanups.push(() => load.stop());
    await eventually(() => expect(load.counters().heldBack).toBeGreaterThan(20), soon);
    await eventually(() => expect(keys).toHaveLength(5), soon);
    expect(load.counters().sent).toBe(5);
  });

  it('places orders that the shop takes', () => {
    for (let n = 0; n < 100; n += 1) expect(parseOrder(randomOrder())).toHaveProperty('order');
  });
});
