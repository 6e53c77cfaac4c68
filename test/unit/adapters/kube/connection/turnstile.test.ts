import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Turnstile } from '../../../../../src/adapters/kube/connection/turnstile.ts';
import { settle } from '../../../../fakes/fake-clock.ts';

const forEver = new AbortController().signal;

/** A turnstile whose calls end when the test says so. */
function setUp(places: number) {
  const turnstile = new Turnstile(places);
  const inside = new Map<string, PromiseWithResolvers<void>>();
  const entered: string[] = [];
  const call = (name: string, signal = forEver) => {
    const [lane = ''] = name.split('/');
    const done = turnstile.pass(lane, signal, () => {
      const ending = Promise.withResolvers<void>();
      inside.set(name, ending);
      entered.push(name);
      return ending.promise;
    });
    done.catch(() => {}); // each test looks at the calls it is about
    return done;
  };
  const end = async (name: string, error?: Error) => {
    const ending = inside.get(name);
    inside.delete(name);
    if (error) ending?.reject(error);
    else ending?.resolve();
    await settle();
  };
  return { turnstile, call, end, inside, entered };
}

it('lets so many through at once, and the next when one leaves', async () => {
  const { call, end, entered } = setUp(2);
  for (const name of ['a/1', 'a/2', 'a/3']) void call(name);
  await settle();
  expect(entered).toEqual(['a/1', 'a/2']);
  await end('a/2');
  expect(entered).toEqual(['a/1', 'a/2', 'a/3']);
});

it('lets lanes take turns, so that one call does not wait for a hundred of others', async () => {
  const { call, end, entered } = setUp(1);
  for (const name of ['big/1', 'big/2', 'big/3', 'big/4', 'small/1']) void call(name);
  await settle();
  for (const name of ['big/1', 'big/2', 'small/1', 'big/3']) await end(name);
  expect(entered).toEqual(['big/1', 'big/2', 'small/1', 'big/3', 'big/4']);
});

it('passes on what a call throws, and gives its place to the next', async () => {
  const { call, end, entered } = setUp(1);
  const [first] = [call('a/1'), call('a/2')];
  await settle();
  await end('a/1', new Error('no'));
  await expect(first).rejects.toThrow('no');
  expect(entered).toEqual(['a/1', 'a/2']);
});

it('lets a call leave that waits no longer', async () => {
  const { call, end, entered } = setUp(1);
  const leaving = new AbortController();
  const [, left] = [call('a/1'), call('a/2', leaving.signal), call('a/3')];
  await settle();
  leaving.abort(new Error('too late'));
  await expect(left).rejects.toThrow('too late');
  await end('a/1');
  expect(entered).toEqual(['a/1', 'a/3']);
});

it('takes no call that was given up before it came', async () => {
  const { call, entered } = setUp(1);
  await expect(call('a/1', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  void call('a/2');
  await settle();
  expect(entered).toEqual(['a/2']);
});

it('says when nobody is inside, and to whom waits no longer, nothing', async () => {
  const { turnstile, call, end } = setUp(2);
  await turnstile.whenEmpty(forEver);
  for (const name of ['a/1', 'b/1', 'a/2']) void call(name);
  await settle();
  const heard: string[] = [];
  void turnstile.whenEmpty(forEver).then(() => heard.push('empty'));
  const leaving = new AbortController();
  const left = turnstile.whenEmpty(leaving.signal);
  leaving.abort(new Error('too late'));
  await expect(left).rejects.toThrow('too late');
  for (const name of ['a/1', 'b/1']) {
    await end(name);
    expect(heard).toEqual([]);
  }
  await end('a/2');
  expect(heard).toEqual(['empty']);
  await expect(turnstile.whenEmpty(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
});

type Step = { do: 'call' | 'leave' | 'end'; lane: string };
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('call', 'call', 'leave', 'end'),
  lane: fc.constantFrom('a', 'b', 'c'),
});

it('never lets more through than there are places, and forgets nobody', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), async (steps, places) => {
      const { call, end, inside, entered } = setUp(places);
      const called = new Map<string, AbortController>();
      const left = new Set<string>();
      for (const [index, taken] of steps.entries()) {
        if (taken.do === 'call') {
          const leaving = new AbortController();
          called.set(`${taken.lane}/${index}`, leaving);
          void call(`${taken.lane}/${index}`, leaving.signal);
        } else if (taken.do === 'end') await end([...inside.keys()][0] ?? '');
        else {
          const waiting = [...called.keys()].find((name) => name.startsWith(taken.lane) && !entered.includes(name));
          if (waiting !== undefined) {
            left.add(waiting);
            called.get(waiting)?.abort();
          }
        }
        await settle();
        expect(inside.size).toBeLessThanOrEqual(places);
      }
      while (inside.size > 0) await end([...inside.keys()][0] ?? '');
      expect(entered.toSorted()).toEqual([...called.keys()].filter((name) => !left.has(name)).toSorted());
    }),
    { numRuns: 60 },
  );
});
