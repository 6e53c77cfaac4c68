import { describe, expect, it } from 'vitest';
import { Batcher, type BatchLimits, WholeRefusal } from '../../../../../src/adapters/kafka/batches/batcher.ts';
import { Fault, type Settled } from '../../../../../src/ports/fault.ts';
import { FakeClock, settle } from '../../../../fakes/fake-clock.ts';

interface Item {
  name: string;
  partitions?: number;
  bytes?: number;
}

const forEver = new AbortController().signal;

/** A batcher whose requests wait until the test answers them. */
function setUp(limits: Partial<BatchLimits> = {}) {
  const clock = new FakeClock();
  const sent: { names: string[]; answer(results: Settled<string>[]): void; fail(error: unknown): void }[] = [];
  const batcher = new Batcher<Item, string>({
    clock,
    limits: { windowMs: 5, items: 100, partitions: 100, bytes: 1_000, ...limits },
    keyOf: ({ name }) => name,
    sizeOf: ({ partitions = 1, bytes = 1 }) => ({ partitions, bytes }),
    send: (items) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly Settled<string>[]>();
      sent.push({ names: items.map(({ name }) => name), answer: resolve, fail: reject });
      return promise;
    },
  });
  const call = (item: string | Item, namespace = '', signal = forEver) => {
    const asked = batcher.call(typeof item === 'string' ? { name: item } : item, { signal, namespace });
    asked.catch(() => {}); // each test looks at the results it is about
    return asked;
  };
  /** Answers the newest request with the names of its items. */
  const answerAll = async () => {
    const request = sent.at(-1);
    request?.answer(request.names.map((name) => ({ ok: true, value: `${name}!` })));
    await settle();
  };
  return { clock, sent, call, answerAll, names: () => sent.map(({ names }) => names) };
}

const away = new Fault('kafka', 'unavailable', 'no answer', { code: 'TIMEOUT' });
const denied = new Fault('kafka', 'denied', 'no', { code: 'CLUSTER_AUTHORIZATION_FAILED' });
const wrong = new Fault('kafka', 'rejected', 'wrong', { code: 'INVALID_CONFIG' });

describe('a batcher', () => {
  it('sends what arrives within its window in one request and gives each caller its own result', async () => {
    const { clock, call, answerAll, names } = setUp();
    const first = call('a');
    await clock.advance(3);
    const second = call('b');
    expect(names()).toEqual([]);
    await clock.advance(2);
    expect(names()).toEqual([['a', 'b']]);
    await answerAll();
    expect(await Promise.all([first, second])).toEqual(['a!', 'b!']);
  });

  it('sends one request at a time, and the next as soon as that is answered', async () => {
    const { clock, call, answerAll, names } = setUp();
    void call('a');
    await clock.advance(5);
    void call('b');
    void call('c');
    await clock.advance(1_000);
    expect(names()).toEqual([['a']]);
    await answerAll();
    expect(names()).toEqual([['a'], ['b', 'c']]);
  });

  it('fails one item without the others', async () => {
    const { clock, sent, call } = setUp();
    const [good, bad] = [call('good'), call('bad')];
    await clock.advance(5);
    sent[0]?.answer([
      { ok: true, value: 'fine' },
      { ok: false, fault: wrong },
    ]);
    await expect(good).resolves.toBe('fine');
    await expect(bad).rejects.toBe(wrong);
  });

  it.each([
    {
      it: 'names a thing once per request',
      items: ['a', 'b', 'a', 'c'],
      requests: [['a', 'b', 'c'], ['a']],
    },
    {
      it: 'keeps to the limit of items',
      limits: { items: 2 },
      items: ['a', 'b', 'c'],
      requests: [['a', 'b'], ['c']],
    },
    {
      it: 'keeps to the limit of partitions',
      items: [
        { name: 'a', partitions: 60 },
        { name: 'b', partitions: 60 },
        { name: 'c', partitions: 40 },
      ],
      requests: [['a'], ['b', 'c']],
    },
    {
      it: 'keeps to the limit of bytes',
      items: [
        { name: 'a', bytes: 999 },
        { name: 'b', bytes: 2 },
      ],
      requests: [['a'], ['b']],
    },
    {
      it: 'fills a request up to the limit of bytes',
      items: [
        { name: 'a', bytes: 999 },
        { name: 'b', bytes: 1 },
      ],
      requests: [['a', 'b']],
    },
    {
      it: 'sends a single item of any size alone',
      items: ['a', { name: 'huge', partitions: 5_000 }, 'b'],
      requests: [['a'], ['huge'], ['b']],
    },
  ])('$it', async ({ limits, items, requests }) => {
    const { clock, call, answerAll, names } = setUp(limits);
    const results = items.map((item) => call(item));
    await clock.advance(5);
    for (const _ of requests) await answerAll();
    expect(names()).toEqual(requests);
    await Promise.all(results);
  });

  it('lets namespaces take turns, so that a crowded one does not hold up the others', async () => {
    const { clock, call, answerAll, names } = setUp({ items: 4 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) void call(name, 'a');
    void call('b1', 'b');
    void call('c1', 'c');
    await clock.advance(5);
    await answerAll();
    expect(names()).toEqual([
      ['a1', 'b1', 'c1', 'a2'],
      ['a3', 'a4', 'a5'],
    ]);
  });

  describe('when a request is refused as a whole', () => {
    it('halves it until it is clear who is to blame', async () => {
      const { clock, sent, call, names } = setUp();
      const results = ['a', 'b', 'bad', 'd'].map((name) => call(name));
      await clock.advance(5);
      for (let next = 0; next < sent.length; next += 1) {
        const request = sent[next];
        if (request?.names.includes('bad') && request.names.length > 1) request.fail(new WholeRefusal());
        else request?.answer(request.names.map((name) => (name === 'bad' ? { ok: false, fault: wrong } : ok(name))));
        await settle();
      }
      expect(names()).toEqual([['a', 'b', 'bad', 'd'], ['a', 'b'], ['bad', 'd'], ['bad'], ['d']]);
      const settled = await Promise.allSettled(results);
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    });

    it('does not ask again for one that was alone', async () => {
      const { clock, sent, call, names } = setUp();
      const alone = call('bad');
      await clock.advance(5);
      sent[0]?.fail(new WholeRefusal());
      await expect(alone).rejects.toBeInstanceOf(WholeRefusal);
      await settle();
      expect(names()).toEqual([['bad']]);
    });
  });

  describe('when the broker does not answer', () => {
    it('tells everybody, and makes nobody in the queue wait for the same again', async () => {
      const { clock, sent, call, names } = setUp();
      const first = call('a');
      await clock.advance(5);
      const queued = call('b');
      sent[0]?.fail(away);
      await expect(first).rejects.toBe(away);
      await expect(queued).rejects.toBe(away);
      expect(names()).toEqual([['a']]);
    });

    it('does not ask for each of them, since the answer says nothing about any', async () => {
      const { clock, sent, call, names } = setUp();
      const results = [call('a'), call('b')];
      await clock.advance(5);
      sent[0]?.fail(away);
      expect((await Promise.allSettled(results)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(names()).toEqual([['a', 'b']]);
    });

    it.each([denied, new TypeError('x is undefined')])(
      'asks for those in the queue after %s, which says nothing about them',
      async (error) => {
        const { clock, sent, call, answerAll } = setUp();
        const first = call('a');
        await clock.advance(5);
        const queued = call('b');
        sent[0]?.fail(error);
        await expect(first).rejects.toBe(error);
        await settle();
        await answerAll();
        expect(await queued).toBe('b!');
      },
    );

    it('gives nobody an answer of which something is missing', async () => {
      const { clock, sent, call } = setUp();
      const results = [call('a'), call('b')];
      await clock.advance(5);
      sent[0]?.answer([{ ok: true, value: 'a!' }]);
      await expect(results[0]).resolves.toBe('a!');
      await expect(results[1]).rejects.toThrow('fewer results than items');
    });

    it('tries again with the next call', async () => {
      const { clock, sent, call, answerAll } = setUp();
      void call('a');
      await clock.advance(5);
      sent[0]?.fail(away);
      await settle();
      const next = call('b');
      await clock.advance(5);
      await answerAll();
      expect(await next).toBe('b!');
    });
  });

  describe('when a caller gives up', () => {
    it('sends nothing for one that had given up before it asked', async () => {
      const { clock, call, names } = setUp();
      await expect(call('a', '', AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
      await clock.advance(5);
      expect(names()).toEqual([]);
    });

    it('gives its place in the queue to nobody, and sends what is left', async () => {
      const { clock, call, answerAll, names } = setUp();
      const caller = new AbortController();
      const given = [call('a1', 'a', caller.signal), call('a2', 'a', caller.signal)];
      const kept = call('b', 'b');
      caller.abort();
      await Promise.allSettled(given);
      await clock.advance(5);
      await answerAll();
      expect(await kept).toBe('b!');
      await clock.advance(1_000);
      expect(names()).toEqual([['b']]);
    });

    it('does not send what nobody waits for', async () => {
      const { clock, call, names } = setUp();
      const caller = new AbortController();
      const given = call('a', '', caller.signal);
      void call('b');
      caller.abort();
      await expect(given).rejects.toMatchObject({ kind: 'unavailable', code: 'ABORTED' });
      await clock.advance(5);
      expect(names()).toEqual([['b']]);
    });

    it('leaves a request that is under way to the others in it', async () => {
      const { clock, call, answerAll } = setUp();
      const caller = new AbortController();
      const [given, kept] = [call('a', '', caller.signal), call('b')];
      await clock.advance(5);
      caller.abort();
      await expect(given).rejects.toMatchObject({ code: 'ABORTED' });
      await answerAll();
      await expect(kept).resolves.toBe('b!');
    });
  });
});

function ok(name: string): Settled<string> {
  return { ok: true, value: name };
}
