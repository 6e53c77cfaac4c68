import { expect, test } from 'vitest';
import { Lane } from '../../../../src/runtime/queue/lane.ts';

test('a key that is added again keeps its place and the time since when it waits', () => {
  const lane = new Lane(1);
  lane.add('shop/a', 1);
  lane.add('shop/b', 2);
  lane.add('shop/a', 3);
  expect({ depth: lane.depth, oldest: lane.oldestSinceMs }).toEqual({ depth: 2, oldest: 1 });
  expect(lane.take()).toBe('shop/a');
});

test('a namespace from which the last key went has no turn any more', () => {
  const lane = new Lane(2);
  lane.add('shop/a', 1);
  lane.add('market/a', 2);
  lane.add('market/b', 3);
  lane.remove('shop/a');
  lane.remove('market/b');
  expect({ depth: lane.depth, oldest: lane.oldestSinceMs }).toEqual({ depth: 1, oldest: 2 });
  expect([lane.take(), lane.take()]).toEqual(['market/a', undefined]);
});
