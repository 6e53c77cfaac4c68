import { describe, expect, it } from 'vitest';
import { ConsumerMemory } from '../../../../src/controllers/event-consumer/memory.ts';
import { consumerResource } from '../samples.ts';
import { snapshot, target } from './samples.ts';

const key = 'shop/payment';
const { scaling } = consumerResource().spec;
const startMs = 100_000;

/** The lag in the words of the status, after what was seen at several times since the start. */
function createView() {
  const memory = new ConsumerMemory();
  memory.learn(key, scaling, target, undefined, startMs);
  return (lagSeconds: number, afterMs = 0) =>
    memory.lagView(key, snapshot({ lagSeconds, lagRecords: 10 * lagSeconds }), 10, startMs + afterMs);
}

const seconds = (value: number) => ({ fields: { lag: { seconds: value, known: true } } });

describe('the lag that a status tells', () => {
  it('stays for half a minute, whatever is measured', () => {
    const view = createView();
    expect(view(1)).toMatchObject(seconds(1));
    expect(view(5, 29_999)).toMatchObject(seconds(1));
    expect(view(5, 30_000)).toMatchObject(seconds(5));
    expect(view(1, 59_999)).toMatchObject(seconds(5));
  });

  it('follows at once after it was the same for long', () => {
    const view = createView();
    view(1);
    view(1, 40_000);
    expect(view(5, 45_000)).toMatchObject(seconds(5));
  });

  it('is told in large steps', () => {
    expect(createView()(7)).toMatchObject({ fields: { lag: { seconds: 5, records: 60 } } });
  });

  it.each([
    { it: 'is within the objective', lagSeconds: 9, objective: 'within' },
    { it: 'is within when it just meets it', lagSeconds: 10, objective: 'within' },
    { it: 'is over', lagSeconds: 11, objective: 'over' },
  ])('$it', ({ lagSeconds, objective }) => {
    expect(createView()(lagSeconds)).toMatchObject({ objective });
  });

  it('is over the objective when that is proven, though the age is not known', () => {
    const memory = new ConsumerMemory();
    memory.learn(key, scaling, target, undefined, startMs);
    const seen = snapshot({ lagSeconds: undefined, lagSecondsAtLeast: 11, remarks: ['why'] });
    const view = memory.lagView(key, seen, 10, startMs);
    expect(view).toMatchObject({ objective: 'over', fields: { lag: { seconds: undefined } }, remarks: ['why'] });
  });

  it('counts the partitions that are over the objective', () => {
    const memory = new ConsumerMemory();
    memory.learn(key, scaling, target, undefined, startMs);
    const partitions = [
      { lagSeconds: undefined, lagSecondsAtLeast: 10 },
      { lagSeconds: 0, lagSecondsAtLeast: 0 },
      { lagSeconds: 11, lagSecondsAtLeast: 11 },
      { lagSeconds: undefined, lagSecondsAtLeast: 11 },
    ].map((ages, partition) => ({ ...quiet, ...ages, partition }));
    const view = memory.lagView(key, snapshot({ partitions }), 10, startMs);
    expect(view).toMatchObject({ fields: { partitions: { total: 4, lagging: 2 } } });
  });
});

const quiet = {
  topic: 'order.created',
  end: 0n,
  logStart: 0n,
  committed: 0n,
  lag: 0,
  phantom: 0,
  idleMs: 0,
  lookFault: undefined,
  timeDoubt: undefined,
  open: undefined,
  isForgotten: false,
  arrivalRate: undefined,
  commitRate: undefined,
};

describe('the memory of a consumer', () => {
  it('notes no change of a consumer that was forgotten in between', () => {
    const memory = new ConsumerMemory();
    const time = '2026-01-01T00:00:00Z';
    memory.noteAsked(key, { from: 1, to: 3 });
    memory.noteScaled(key, target, { time, from: 1, to: 3, reason: 'LagOverObjective', message: 'lag 30 s' });
    expect(memory.lastDecision(key)).toBeUndefined();
  });

  it('knows a size that it asked for as its own, though the answer was lost', () => {
    const memory = new ConsumerMemory();
    const learn = (replicas: number, resourceVersion: string) =>
      memory.learn(
        key,
        scaling,
        { ...target, replicas, metadata: { ...target.metadata, resourceVersion } },
        undefined,
        0,
      );
    learn(6, '1');
    memory.noteAsked(key, { from: 6, to: 2 });
    expect(learn(2, '2').state).toMatchObject({ replicas: 2, window: [{ replicas: 6 }] });
    // What somebody else chose has a window of its own to prove itself too large.
    expect(learn(1, '3').state.window).not.toEqual([{ atMs: 0, replicas: 6 }]);
  });

  it('counts a size that it set before the watch shows it', () => {
    const memory = new ConsumerMemory();
    memory.learn(key, scaling, target, undefined, startMs);
    const time = '2026-01-01T00:00:00Z';
    memory.noteScaled(key, target, { time, from: 1, to: 3, reason: 'LagOverObjective', message: 'lag 30 s' });
    expect(memory.learn(key, scaling, target, undefined, startMs).facts).toMatchObject({ replicas: 3 });
    const newer = { ...target, metadata: { ...target.metadata, resourceVersion: '10' } };
    expect(memory.learn(key, scaling, newer, undefined, startMs).facts).toMatchObject({ replicas: 1 });
  });
});
