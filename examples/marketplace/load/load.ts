import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often the generator looks whether an order is due. */
const TICK_MS = 20;
const ANSWER_WITHIN_MS = 15_000;
const TRY_AGAIN_AFTER_MS = 500;

export interface LoadOptions {
  /** Where the shop is, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly ratePerSecond: number;
  /** Orders without an answer at one time, 500 if absent; more are held back, so that a shop that hangs does not drown. */
  readonly maxWaiting?: number;
  /** How often an order is sent at most until it is answered 202 or 4xx; 10 if absent. Each time it is the same order. */
  readonly attempts?: number;
}

export interface LoadCounters {
  /** Orders sent, each counted once; each ends up in one of the next three. */
  readonly sent: number;
  readonly answered202: number;
  /** Answered 4xx. */
  readonly rejected: number;
  /** No such answer in all attempts: the order may or may not have been taken. */
  readonly failed: number;
  /** Attempts beyond the first, of the orders counted above. */
  readonly retries: number;
  /** Orders that were due but not sent, because `maxWaiting` had no answer yet. */
  readonly heldBack: number;
}

export interface Load {
  setRate(ratePerSecond: number): void;
  counters(): LoadCounters;
  /** Of the orders that were answered 202. */
  readonly ids: ReadonlySet<string>;
  /** Sends no new order and resolves when each one sent has its answer. */
  stop(): Promise<void>;
}

/** Places orders at a steady rate, whatever the answers take (an open loop, like customers). Starts at once. */
export function createLoad({ url, ratePerSecond, maxWaiting = 500, attempts = 10 }: LoadOptions): Load {
  const ids = new Set<string>();
  const count = { sent: 0, answered202: 0, rejected: 0, failed: 0, retries: 0, heldBack: 0 };
  const waiting = new Set<Promise<void>>();
  let stopping = false;
  let rate = ratePerSecond;

  const place = async () => {
    count.sent += 1;
    const { id, outcome, tries } = await placeOrder(url, attempts);
    count[outcome] += 1;
    count.retries += tries - 1;
    if (outcome === 'answered202') ids.add(id);
  };
  const placeUnlessTooMany = () => {
    if (waiting.size < maxWaiting) {
      const placing = place().finally(() => waiting.delete(placing));
      waiting.add(placing);
    } else {
      count.heldBack += 1;
    }
  };
  const loop = async () => {
    let due = 0;
    let lastMs = performance.now();
    while (!stopping) {
      const nowMs = performance.now();
      due += ((nowMs - lastMs) / 1000) * rate;
      lastMs = nowMs;
      for (; due >= 1; due -= 1) placeUnlessTooMany();
      await sleep(TICK_MS);
    }
    await Promise.all(waiting);
  };
  const ended = loop();

  return {
    ids,
    setRate(next) {
      rate = next;
    },
    counters: () => ({ ...count }),
    stop() {
      stopping = true;
      return ended;
    },
  };
}

interface Placed {
  readonly id: string;
  readonly outcome: 'answered202' | 'rejected' | 'failed';
  readonly tries: number;
}

/** The order keeps its id through all tries, so that the shop takes it once. */
async function placeOrder(url: string, attempts: number): Promise<Placed> {
  const id = randomUUID();
  const body = JSON.stringify(randomOrder());
  for (let tries = 1; ; tries += 1) {
    const status = await post(url, id, body);
    if (status === 202) return { id, outcome: 'answered202', tries };
    if (status >= 400 && status < 500) return { id, outcome: 'rejected', tries };
    if (tries >= attempts) return { id, outcome: 'failed', tries };
    await sleep(TRY_AGAIN_AFTER_MS);
  }
}

/** The answer's status; 0 = none. */
async function post(url: string, id: string, body: string): Promise<number> {
  try {
    const response = await fetch(new URL('/orders', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

const GOODS = [
  { sku: 'kettle-steel', unitPriceMinor: 3_490 },
  { sku: 'mug-blue', unitPriceMinor: 890 },
  { sku: 'tea-assam-250', unitPriceMinor: 1_250 },
  { sku: 'lamp-desk', unitPriceMinor: 4_900 },
  { sku: 'notebook-a5', unitPriceMinor: 640 },
  { sku: 'chair-oak', unitPriceMinor: 18_900 },
];

export function randomOrder() {
  const start = randomInt(GOODS.length - 2);
  const goods = GOODS.slice(start, start + randomInt(1, 4));
  const lines = goods.map((item) => ({ ...item, quantity: randomInt(1, 4) }));
  return { customerId: `customer-${randomInt(1, 1_000)}`, currency: 'EUR', lines };
}
