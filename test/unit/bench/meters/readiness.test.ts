import { describe, expect, it } from 'vitest';
import { isReady, Readiness } from '../../../../bench/meters/readiness.ts';
import type { Resource, WatchEvent } from '../../../../bench/stage/kube.ts';

const wanted = { type: 'Ready', status: 'True' };

interface Seen {
  name?: string;
  generation?: number;
  observed?: number | undefined;
  status?: string;
  type?: string;
}

/** A resource that is Ready, but for what `seen` says. */
function resource({ name = 'a', status = 'True', type = 'Ready', ...seen }: Seen = {}): Resource {
  const { generation = 1 } = seen;
  const observedGeneration = 'observed' in seen ? seen.observed : generation;
  const conditions = [{ type, status, reason: 'Because', message: 'of that' }];
  return {
    metadata: { name, generation, resourceVersion: '1' },
    status: { conditions, ...(observedGeneration !== undefined && { observedGeneration }) },
  };
}

const modified = (seen?: Seen): WatchEvent => ({ type: 'MODIFIED', object: resource(seen) });

describe('isReady', () => {
  const rows: readonly { it: string; seen: Seen; ready: boolean }[] = [
    { it: 'takes the condition at the present generation', seen: {}, ready: true },
    { it: 'waits for the status', seen: { status: 'False' }, ready: false },
    { it: 'waits for the type', seen: { type: 'Reconciling' }, ready: false },
    { it: 'does not take the condition of a generation before', seen: { generation: 2, observed: 1 }, ready: false },
    { it: 'does not take a condition of nobody knows when', seen: { observed: undefined }, ready: false },
  ];
  it.each(rows)('$it', ({ seen, ready }) => {
    expect(isReady(resource(seen), wanted)).toBe(ready);
  });

  it('waits for a status at all', () => {
    expect(isReady({ metadata: { name: 'a', generation: 1, resourceVersion: '1' } }, wanted)).toBe(false);
  });
});

describe('Readiness', () => {
  /** Two resources, of which one is Ready since 150. */
  function begun(): Readiness {
    const readiness = new Readiness(wanted);
    readiness.begin('changed', ['a', 'b'], 100);
    readiness.sent('a', 100);
    readiness.sent('b', 110);
    readiness.handle(modified(), 150);
    return readiness;
  }

  it('measures each resource from its own request', () => {
    const readiness = begun();
    expect(readiness.left).toBe(1);
    readiness.handle(modified({ name: 'b', status: 'False' }), 160);
    expect(readiness.left).toBe(1);
    readiness.handle(modified({ name: 'b' }), 180);
    expect(readiness.left).toBe(0);
    expect(readiness.tookMs).toEqual([50, 70]);
    expect(readiness.lastMs).toBe(180);
  });

  it('counts a resource once, and no stranger', () => {
    const readiness = begun();
    readiness.handle(modified(), 160);
    readiness.handle(modified({ name: 'c' }), 170);
    expect(readiness).toMatchObject({ left: 1, tookMs: [50], lastMs: 150 });
  });

  it('does not take the readiness before a change for the one after it', () => {
    const readiness = begun();
    readiness.begin('changed', ['a'], 200);
    readiness.sent('a', 200);
    readiness.handle(modified(), 210);
    readiness.handle(modified({ generation: 2, observed: 1 }), 220);
    expect(readiness.left).toBe(1);
    readiness.handle(modified({ generation: 2 }), 230);
    expect(readiness).toMatchObject({ left: 0, tookMs: [30] });
  });

  it('waits until what is deleted has gone', () => {
    const readiness = begun();
    readiness.begin('gone', ['a'], 200);
    readiness.sent('a', 200);
    readiness.handle(modified({ generation: 2 }), 210);
    expect(readiness.left).toBe(1);
    readiness.handle({ type: 'DELETED', object: resource() }, 220);
    expect(readiness).toMatchObject({ left: 0, tookMs: [20] });
  });

  it('keeps the status of what was Ready', () => {
    expect(begun().readyOf('a')).toEqual(resource());
    expect(begun().readyOf('b')).toBeUndefined();
  });

  it('says what the first that is missing lacks', () => {
    const readiness = begun();
    expect(readiness.describeFirstLeft()).toBe('b: no such condition');
    readiness.handle(modified({ name: 'b', status: 'False' }), 160);
    expect(readiness.describeFirstLeft()).toBe('b: Ready=False Because: of that');
  });
});
