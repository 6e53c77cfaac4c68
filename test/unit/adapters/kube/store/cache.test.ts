import { describe, expect, it } from 'vitest';
import { ObjectCache } from '../../../../../src/adapters/kube/store/cache.ts';
import { type Change, index, type ObjectMeta } from '../../../../../src/ports/kube.ts';
import { CollectedLog, type Thing, thing } from '../parts.ts';

interface Setup {
  cache: ObjectCache<Thing>;
  log: CollectedLog;
}

function setUp(...held: readonly Thing[]): Setup {
  const log = new CollectedLog();
  const cache = new ObjectCache<Thing>([teamIndex], log);
  for (const object of held) cache.apply(object);
  return { cache, log };
}

const teamIndex = index<Thing>('team', ({ data }) => teamOf(data));

function teamOf(data: Thing['data']): string {
  if (data?.team === undefined) throw new TypeError('an object without a team');
  return data.team;
}

const made = (name: string, version: number, more: Partial<ObjectMeta> = {}) =>
  thing(name, version, { data: { team: 'red' }, ...more });

function contents(cache: ObjectCache<Thing>): string[] {
  const spell = ({ metadata: { name, resourceVersion, finalizers = [] } }: Thing) =>
    [`${name}@${resourceVersion}`, ...finalizers].join(' ');
  return [...cache.list()].map(spell).sort();
}

describe('news are taken in the order of their versions', () => {
  const released = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  const rows: { it: string; held?: Thing[]; news: (cache: ObjectCache<Thing>) => void; contents: string[] }[] = [
    { it: 'a new object is added', news: (cache) => cache.apply(made('a', 1)), contents: ['a@1'] },
    { it: 'a newer event wins', held: [made('a', 5)], news: (cache) => cache.apply(made('a', 9)), contents: ['a@9'] },
    {
      it: 'an older event is ignored',
      held: [made('a', 5)],
      news: (cache) => cache.apply(made('a', 4)),
      contents: ['a@5'],
    },
    {
      it: 'versions compare as numbers, not as text',
      held: [made('a', 99)],
      news: (cache) => cache.apply(made('a', 100)),
      contents: ['a@100'],
    },
    {
      it: 'versions beyond 2^53 keep their last digit',
      held: [thing('a', 0, { data: { team: 'red' }, resourceVersion: '9007199254740993' })],
      news: (cache) => cache.apply(thing('a', 0, { data: { team: 'red' }, resourceVersion: '9007199254740992' })),
      contents: ['a@9007199254740993'],
    },
    {
      it: 'the answer to an own write wins over the event before it, whichever comes first',
      held: [made('a', 5)],
      news: (cache) => {
        cache.adopt(made('a', 7));
        cache.apply(made('a', 6));
      },
      contents: ['a@7'],
    },
    {
      it: 'an answer that is older than the events since is ignored',
      held: [made('a', 9)],
      news: (cache) => cache.adopt(made('a', 7)),
      contents: ['a@9'],
    },
    {
      it: 'a late answer does not bring back an object that is gone',
      held: [made('a', 5)],
      news: (cache) => {
        cache.remove(made('a', 8));
        cache.adopt(made('a', 7));
      },
      contents: [],
    },
    {
      it: 'a late answer about a former object does not touch its successor',
      held: [made('a', 5, { uid: 'successor' })],
      news: (cache) => cache.adopt(made('a', 7, { uid: 'former' })),
      contents: ['a@5'],
    },
    {
      it: 'a deletion removes what our own answers made newer',
      held: [made('a', 5)],
      news: (cache) => {
        cache.adopt(made('a', 7));
        cache.remove(made('a', 8));
      },
      contents: [],
    },
    {
      it: 'the deletion of a former object does not remove its successor',
      held: [made('a', 9, { uid: 'successor' })],
      news: (cache) => cache.remove(made('a', 8, { uid: 'former' })),
      contents: ['a@9'],
    },
    {
      it: 'a successor takes the place of the former object',
      held: [made('a', 5)],
      news: (cache) => cache.apply(made('a', 9, { uid: 'successor' })),
      contents: ['a@9'],
    },
    {
      it: 'the deletion of something unknown is no news',
      news: (cache) => cache.remove(made('a', 8)),
      contents: [],
    },
    {
      it: 'an event of the same version is no news',
      held: [made('a', 5, { ...released, finalizers: ['x'] })],
      news: (cache) => cache.apply(made('a', 5, released)),
      contents: ['a@5 x'],
    },
    {
      it: 'the answer that takes the last finalizer away counts, though its version is that of before',
      held: [made('a', 5, { ...released, finalizers: ['x'] })],
      news: (cache) => cache.adopt(made('a', 5, released)),
      contents: ['a@5'],
    },
  ];
  it.each(rows)('$it', ({ held = [], news, contents: wanted }) => {
    const { cache } = setUp(...held);
    news(cache);
    expect(contents(cache)).toEqual(wanted);
  });
});

describe('a complete list', () => {
  const listing = (resourceVersion: string, ...items: Thing[]) => ({ items, resourceVersion });
  const rows: { it: string; held: Thing[]; list: ReturnType<typeof listing>; before: bigint; contents: string[] }[] = [
    {
      it: 'replaces everything else',
      held: [made('a', 3), made('b', 4)],
      list: listing('9', made('b', 8), made('c', 9)),
      before: 4n,
      contents: ['b@8', 'c@9'],
    },
    {
      it: 'leaves what we wrote after it',
      held: [made('a', 12)],
      list: listing('10', made('a', 3)),
      before: 8n,
      contents: ['a@12'],
    },
    {
      it: 'wins over a newer version of an object from a history that is gone',
      held: [made('a', 12), made('b', 14)],
      list: listing('20', made('a', 11)),
      before: 14n,
      contents: ['a@11'],
    },
    {
      it: 'that is older than what was known before comes from a backup, and is the truth all the same',
      held: [made('a', 12), made('b', 14)],
      list: listing('10', made('a', 3)),
      before: 14n,
      contents: ['a@3'],
    },
  ];
  it.each(rows)('$it', ({ held, list, before, contents: wanted }) => {
    const { cache } = setUp(...held);
    cache.replace(list, before);
    expect(contents(cache)).toEqual(wanted);
  });

  it('of another history replaces an object that has the same version and says something else', () => {
    const { cache } = setUp(made('a', 12));
    cache.replace(listing('20', thing('a', 12, { data: { team: 'blue' } })), 14n);
    expect(cache.get('shop/a')?.data).toEqual({ team: 'blue' });
  });

  it('counts on from the backup', () => {
    const { cache } = setUp(made('a', 50));
    cache.replace(listing('10', made('a', 3)), cache.newest());
    expect(cache.newest()).toBe(10n);
  });

  it('tells only what differs', () => {
    const { cache } = setUp(made('same', 3), made('changed', 4), made('gone', 5));
    const told = recorded(cache);
    told.length = 0;
    cache.replace(listing('9', made('same', 3), made('changed', 8), made('new', 9)), 5n);
    expect(told).toEqual(['shop/changed 4→8', 'shop/new -→9', 'shop/gone 5→-']);
  });
});

describe('listeners', () => {
  it('hear first what is there, then each change, until they stop', () => {
    const { cache } = setUp(made('a', 1));
    const told: string[] = [];
    const stop = cache.subscribe((change) => void told.push(spelled(change)));
    cache.apply(made('a', 2));
    cache.remove(made('a', 3));
    stop();
    cache.apply(made('b', 4));
    expect(told).toEqual(['shop/a -→1', 'shop/a 1→2', 'shop/a 2→-']);
  });

  it('that throw keep the news from nobody', () => {
    const { cache, log } = setUp(made('a', 1));
    cache.subscribe(() => {
      throw new Error('poison');
    });
    const told = recorded(cache);
    cache.apply(made('b', 2));
    expect(told).toEqual(['shop/a -→1', 'shop/b -→2']);
    expect(contents(cache)).toEqual(['a@1', 'b@2']);
    expect(log.lines).toMatchObject([
      { level: 'error', fields: { key: 'shop/a' } },
      { level: 'error', fields: { key: 'shop/b' } },
    ]);
  });
});

describe('an index', () => {
  const ofTeam = (cache: ObjectCache<Thing>, team: string) =>
    cache.byIndex(teamIndex, team).map(({ metadata }) => metadata.name);

  it('follows additions, changes and deletions', () => {
    const { cache } = setUp(made('a', 1), made('b', 2), thing('c', 3, { data: { team: 'blue' } }));
    expect(ofTeam(cache, 'red')).toEqual(['a', 'b']);
    cache.apply(thing('a', 4, { data: { team: 'blue' } }));
    cache.remove(made('b', 5));
    expect(ofTeam(cache, 'red')).toEqual([]);
    expect(ofTeam(cache, 'blue')).toEqual(['c', 'a']);
  });

  it('leaves out an object that it cannot read, which stays in the cache', () => {
    const { cache, log } = setUp(made('a', 1));
    cache.apply(thing('a', 2));
    expect(ofTeam(cache, 'red')).toEqual([]);
    expect(contents(cache)).toEqual(['a@2']);
    expect(log.lines).toMatchObject([{ level: 'error', fields: { key: 'shop/a' } }]);
  });

  it('that was never declared is a mistake of the caller', () => {
    const colourIndex = index<Thing>('colour', () => 'red');
    expect(() => setUp().cache.byIndex(colourIndex, 'red')).toThrow('this cache keeps no index "colour"');
  });
});

describe('waiting for the first list', () => {
  it('ends with it', async () => {
    const { cache } = setUp();
    const waiting = cache.whenSynced(new AbortController().signal);
    expect(cache.synced()).toBe(false);
    cache.replace({ items: [], resourceVersion: '1' }, 0n);
    await waiting;
    expect(cache.synced()).toBe(true);
    await cache.whenSynced(AbortSignal.abort());
  });

  it('fails when the caller gives up first', async () => {
    const { cache } = setUp();
    const caller = new AbortController();
    const waiting = cache.whenSynced(caller.signal);
    caller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(cache.whenSynced(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  });
});

function recorded(cache: ObjectCache<Thing>): string[] {
  const told: string[] = [];
  cache.subscribe((change) => void told.push(spelled(change)));
  return told;
}

function spelled({ key, before, after }: Change<Thing>): string {
  return `${key} ${before?.metadata.resourceVersion ?? '-'}→${after?.metadata.resourceVersion ?? '-'}`;
}
