import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resourceNames } from '../../../../src/cli/import/names.ts';

const nothing = new Map<string, string>();
const hashed = (start: string) => expect.stringMatching(new RegExp(`^${start}-[0-9a-f]{8}$`));

describe('resource names', () => {
  it.each([
    { it: 'keeps what Kubernetes takes', live: ['order.created'], names: ['order.created'] },
    { it: 'writes small letters and dashes', live: ['Order_Created'], names: ['order-created'] },
    { it: 'begins and ends each part with a letter or digit', live: ['_a-.-b_'], names: ['a.b'] },
    { it: 'finds a name for one that has neither', live: ['-'], names: ['topic'] },
    {
      it: 'lets a topic keep its own name against others',
      live: ['a-b', 'a_b', 'A-B'],
      names: ['a-b', hashed('a-b'), hashed('a-b')],
    },
    { it: 'favours nobody where no topic has the name', live: ['a_b', 'A_b'], names: [hashed('a-b'), hashed('a-b')] },
    {
      it: 'leaves a name to the resource that has it',
      live: ['a-b'],
      taken: new Map([['a-b', 'another']]),
      names: [hashed('a-b')],
    },
    {
      it: 'leaves a name to a resource of another cluster',
      live: ['a-b'],
      taken: new Map([['a-b', undefined]]),
      names: [hashed('a-b')],
    },
    {
      it: 'keeps the resource that a topic has',
      live: ['a_b'],
      taken: new Map([
        ['mine-too', 'a_b'],
        ['mine', 'a_b'],
      ]),
      names: ['mine'],
    },
    { it: 'stays within what a file name may have', live: ['A'.repeat(249)], names: ['a'.repeat(249)] },
    {
      it: 'shortens what a hash would make too long',
      live: ['A'.repeat(249), 'a'.repeat(249)],
      names: [hashed('a{240}'), 'a'.repeat(249)],
    },
  ])('$it', ({ live, taken = nothing, names }) => {
    expect([...resourceNames(live, taken).values()]).toEqual(names);
  });

  it('are valid, of their own, and the same in whatever order topics are listed', () => {
    const topic = fc.stringMatching(/^[a-cA-C0._-]{1,6}$/);
    fc.assert(
      fc.property(fc.uniqueArray(topic, { minLength: 1 }), (live) => {
        const names = resourceNames(live, nothing);
        for (const name of names.values())
          expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
        expect(new Set(names.values()).size).toBe(live.length);
        expect(resourceNames(live.toReversed(), nothing)).toEqual(names);
      }),
    );
  });
});
