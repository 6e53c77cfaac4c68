import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WorkQueue } from '../../../../src/runtime/queue/queue.ts';
import { FakeClock, settle } from '../../../fakes/fake-clock.ts';

/** A queue whose work ends when the test says so. */
function createBench(workers = 2, sweepWorkers = workers) {
  const clock = new FakeClock();
  const started: string[] = [];
  const running = new Map<string, () => void>();
  const work = (key: string) => {
    if (running.has(key)) throw new Error(`${key} runs twice at once`);
    started.push(key);
    return new Promise<void>((resolve) => {
      running.set(key, () => {
        running.delete(key);
        resolve();
      });
    });
  };
  const queue = new WorkQueue({ clock, workers, sweepWorkers, work });
  const end = async (key: string) => {
    running.get(key)?.();
    await settle();
  };
  const add = async (...keys: readonly string[]) => {
    for (const key of keys) queue.add(key);
    await settle();
  };
  return { clock, queue, started, running, add, end };
}

test('a key that is added twice while it waits runs once', async () => {
  const { add, end, started } = createBench(1);
  await add('a', 'b', 'b');
  await end('a');
  await end('b');
  expect(started).toEqual(['a', 'b']);
});

test('a key that is added while it runs runs once more afterwards, not at the same time', async () => {
  const { add, end, started } = createBench();
  await add('a');
  await add('a', 'a');
  expect(started).toEqual(['a']);
  await end('a');
  expect(started).toEqual(['a', 'a']);
  await end('a');
  expect(started).toEqual(['a', 'a']);
});

test('no more keys run at once than there are workers', async () => {
  const { add, end, running } = createBench(2);
  await add('a', 'b', 'c');
  expect([...running.keys()]).toEqual(['a', 'b']);
  await end('a');
  expect([...running.keys()]).toEqual(['b', 'c']);
});

test('namespaces take turns, so that one key of another namespace does not wait for a thousand', async () => {
  const { add, end, started } = createBench(1);
  await add('big/1', 'big/2', 'big/3', 'small/1', 'cluster');
  for (const key of ['big/1', 'small/1', 'cluster', 'big/2', 'big/3']) await end(key);
  expect(started).toEqual(['big/1', 'small/1', 'cluster', 'big/2', 'big/3']);
});

test('a delayed key runs when it is due', async () => {
  const { clock, queue, started } = createBench();
  queue.addAfter('a', 1_000);
  await clock.advance(999);
  expect(started).toEqual([]);
  await clock.advance(1);
  expect(started).toEqual(['a']);
});

const delays: readonly { it: string; delays: readonly number[]; startsAt: number }[] = [
  { it: 'the earlier due time wins when it comes second', delays: [5_000, 1_000], startsAt: 1_000 },
  { it: 'the earlier due time wins when it comes first', delays: [1_000, 5_000], startsAt: 1_000 },
];

test.each(delays)('$it, and the key runs once', async ({ delays, startsAt }) => {
  const { clock, queue, end, started } = createBench();
  for (const delay of delays) queue.addAfter('a', delay);
  await clock.advance(startsAt);
  expect(started).toEqual(['a']);
  await end('a');
  await clock.advance(10_000);
  expect(started).toEqual(['a']);
});

test('a run clears the delay that was set before it', async () => {
  const { clock, queue, add, end, started } = createBench();
  queue.addAfter('a', 1_000);
  await add('a');
  await end('a');
  await clock.advance(10_000);
  expect(started).toEqual(['a']);
  expect(clock.timers).toBe(0);
});

test('a delay that is set during a run holds after it', async () => {
  const { clock, queue, add, end, started } = createBench();
  await add('a');
  queue.addAfter('a', 1_000);
  await end('a');
  await clock.advance(1_000);
  expect(started).toEqual(['a', 'a']);
});

test('a delay that ends during a run means one more run', async () => {
  const { clock, queue, add, end, started } = createBench();
  await add('a');
  queue.addAfter('a', 1_000);
  await clock.advance(1_000);
  expect(started).toEqual(['a']);
  await end('a');
  expect(started).toEqual(['a', 'a']);
});

test('a sweep has workers of its own, and holds up no change', async () => {
  const { clock, queue, add, end, running } = createBench(1, 2);
  for (const name of ['a', 'b', 'c']) queue.sweepAfter(name, 1_000);
  await clock.advance(1_000);
  await add('x', 'y');
  expect([...running.keys()]).toEqual(['a', 'b', 'x']);
  expect([queue.depth, queue.running]).toEqual([2, 3]);
  await end('a');
  await end('x');
  expect([...running.keys()]).toEqual(['b', 'c', 'y']);
});

test('a key that changes while it waits for the sweep does not wait for it, and runs once', async () => {
  const { clock, queue, add, end, started } = createBench(1, 1);
  for (const name of ['a', 'b']) queue.sweepAfter(name, 1_000);
  await clock.advance(1_000);
  await add('b');
  expect(started).toEqual(['a', 'b']);
  for (const name of ['a', 'b']) await end(name);
  expect(started).toEqual(['a', 'b']);
});

test('a key that waits for its turn is not swept as well', async () => {
  const { clock, queue, add, end, started } = createBench(1, 1);
  queue.sweepAfter('b', 1_000);
  await add('a', 'b');
  await clock.advance(1_000);
  expect(started).toEqual(['a']);
  for (const name of ['a', 'b']) await end(name);
  expect(started).toEqual(['a', 'b']);
});

test('namespaces take turns in a sweep, too', async () => {
  const { clock, queue, end, started } = createBench(1, 1);
  for (const name of ['big/1', 'big/2', 'big/3', 'small/1']) queue.sweepAfter(name, 1_000);
  await clock.advance(1_000);
  for (const name of ['big/1', 'big/2', 'small/1', 'big/3']) await end(name);
  expect(started.slice(0, 3)).toEqual(['big/1', 'big/2', 'small/1']);
});

test('failures are counted per key until they are cleared', () => {
  const { queue } = createBench();
  expect([queue.countFailure('a'), queue.countFailure('a'), queue.countFailure('b')]).toEqual([1, 2, 1]);
  queue.clearFailures('a');
  expect([queue.countFailure('a'), queue.countFailure('b')]).toEqual([1, 2]);
});

test('depth and age speak of keys that wait for their turn', async () => {
  const { clock, queue, add, end } = createBench(1);
  await add('x/a');
  expect([queue.depth, queue.oldestMs, queue.running]).toEqual([0, 0, 1]);
  await add('x/b');
  await clock.advance(2_000);
  await add('y/c', 'y/d', 'x/b');
  await clock.advance(500);
  expect([queue.depth, queue.oldestMs]).toEqual([3, 2_500]);
  await end('x/a');
  expect([queue.depth, queue.oldestMs]).toEqual([2, 500]);
});

test('closing starts nothing more and waits for what runs', async () => {
  const { clock, queue, add, end, started } = createBench(1);
  await add('a', 'b');
  queue.addAfter('c', 1_000);
  let closed = false;
  const closing = queue.close().then(() => {
    closed = true;
  });
  await add('a', 'd');
  await clock.advance(5_000);
  expect(closed).toBe(false);
  await end('a');
  await closing;
  expect(started).toEqual(['a']);
  expect(clock.timers).toBe(0);
});

test('closing an idle queue ends at once', async () => {
  await createBench().queue.close();
});

type Step = { do: 'add' | 'delay' | 'sweep' | 'end'; key: string } | { do: 'pass'; ms: number };
const key = fc.constantFrom('a/1', 'a/2', 'b/1', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('add', 'delay', 'sweep', 'end'), key }),
  fc.record({ do: fc.constant('pass'), ms: fc.integer({ min: 0, max: 3_000 }) }),
);

test('whatever happens, no key runs twice at once and nothing that was asked for is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), async (steps, workers) => {
      const sweepWorkers = 4 - workers;
      const { clock, queue, started, running, add, end } = createBench(workers, sweepWorkers);
      /** How many runs of a key had started when a look at it was asked for last. */
      const askedAt = new Map<string, number>();
      const runsOf = (name: string) => started.filter((other) => other === name).length;
      for (const taken of steps) {
        if (taken.do === 'pass') await clock.advance(taken.ms);
        else if (taken.do === 'end') await end(taken.key);
        else {
          askedAt.set(taken.key, runsOf(taken.key));
          if (taken.do === 'add') await add(taken.key);
          else if (taken.do === 'delay') queue.addAfter(taken.key, 1_000);
          else queue.sweepAfter(taken.key, 1_000);
        }
        expect(running.size).toBeLessThanOrEqual(workers + sweepWorkers);
      }
      await clock.advance(1_000);
      while (running.size > 0) for (const name of [...running.keys()]) await end(name);
      for (const [name, runs] of askedAt) expect(runsOf(name), name).toBeGreaterThan(runs);
      expect([queue.depth, queue.running, clock.timers]).toEqual([0, 0, 0]);
    }),
    { numRuns: 60 },
  );
});
