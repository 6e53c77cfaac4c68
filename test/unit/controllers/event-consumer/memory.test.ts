import { describe, expect, it } from 'vitest';
import { ConsumerMemory } from '../../../../src/controllers/event-consumer/memory.ts';
import type { Deployment } from '../../../../src/ports/scale-target.ts';
import { consumerResource } from '../samples.ts';
import { snapshot, target } from './samples.ts';

const key = 'shop/payment';
const { scaling } = consumerResource().spec;
const startMs = 100_000;

/** The lag in the words of the status, after what was seen at several times since the start. */
function createView() {
  const memory = new ConsumerMemory();
  memory.decide(key, scaling, target, undefined, startMs);
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

  it('counts the partitions that are over the objective', () => {
    const memory = new ConsumerMemory();
    memory.decide(key, scaling, target, undefined, startMs);
    const partitions = [undefined, 0, 10, 11].map((lagSeconds, partition) => ({ ...quiet, partition, lagSeconds }));
    const view = memory.lagView(key, snapshot({ partitions }), 10, startMs);
    expect(view).toMatchObject({ fields: { partitions: { total: 4, lagging: 1 } } });
  });
});

const quiet = {
  topic: 'order.created',
  ...{ end: 0n, logStart: 0n, committed: 0n },
  ...{ lag: 0, phantom: 0, idleMs: 0, arrivalRate: undefined, commitRate: undefined },
};

describe('the memory of a consumer', () => {
  it('takes a Deployment that names no size for one replica, as Kubernetes does', () => {
    const unsized: Deployment = { ...target, spec: {} };
    expect(new ConsumerMemory().decide(key, scaling, unsized, undefined, startMs)).toMatchObject({ from: 1, to: 1 });
  });

  it('notes no change of a consumer that was forgotten in between', () => {
    const memory = new ConsumerMemory();
    const time = '2026-01-01T00:00:00Z';
    memory.noteScaled(key, target, { time, from: 1, to: 3, reason: 'LagOverObjective', message: 'lag 30 s' });
    expect(memory.lastDecision(key)).toBeUndefined();
  });
});
