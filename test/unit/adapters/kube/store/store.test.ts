import { describe, expect, it } from 'vitest';
import { configMaps } from '../../../../../src/adapters/kube/resource-type.ts';
import { KubeStore, type StoreOptions } from '../../../../../src/adapters/kube/store/store.ts';
import { index } from '../../../../../src/ports/kube.ts';
import { eventually } from '../../../../helpers/eventually.ts';
import { answer, type OpenWatch, page, refuse, type ScriptedApiServer } from '../api-server.ts';
import { CollectedLog, clientFor, soon, startServer, type Thing, testSignal, thing } from '../parts.ts';

const list = 'GET /api/v1/configmaps';
const one = '/api/v1/namespaces/shop/configmaps/a';

async function started(options: Partial<StoreOptions<Thing>> = {}, held: readonly Thing[] = [thing('a', 3)]) {
  const server = await startServer();
  server.on(list, page(held, '7'));
  const store = new KubeStore<Thing>(
    { type: configMaps, ...options },
    { ...clientFor(server), log: new CollectedLog(), random: Math.random },
  );
  const signal = testSignal();
  void store.run(signal);
  const events = await eventually(() => firstWatch(server), soon);
  return { server, store, events, signal };
}

function firstWatch(server: ScriptedApiServer): OpenWatch {
  const [events] = server.watches;
  if (events === undefined) throw new Error('no watch is open');
  return events;
}

function held(store: KubeStore<Thing>): Thing {
  return store.get('shop/a') ?? expect.fail('shop/a is not in the cache');
}

describe('a write', () => {
  it('names the object and the version that it was decided on', async () => {
    const { server, store, signal } = await started();
    server.on(`PATCH ${one}`, answer(thing('a', 8)));
    server.on(`PATCH ${one}/status`, answer(thing('a', 9)));
    const metadata = { uid: 'uid-a', resourceVersion: '3' };
    const resource = held(store);
    await store.patch(resource, { metadata: { finalizers: ['x'] } }, { signal });
    await store.patchStatus(resource, { phase: 'done' }, { signal });
    expect(server.seen.filter(({ method }) => method === 'PATCH').map(({ body }) => body)).toEqual([
      { metadata: { ...metadata, finalizers: ['x'] } },
      { metadata, status: { phase: 'done' } },
    ]);
  });

  it('is in the cache as soon as it is answered, and an older event does not undo it', async () => {
    const { server, store, events, signal } = await started();
    server.on(`PATCH ${one}`, answer(thing('a', 9, { data: { written: 'yes' } })));
    const written = await store.patch(held(store), { data: { written: 'yes' } }, { signal });
    expect(store.get('shop/a')).toBe(written);
    events.send('MODIFIED', thing('a', 8, { data: { by: 'somebody before us' } }));
    events.send('ADDED', thing('b', 10));
    await eventually(() => expect(store.get('shop/b')).toBeDefined(), soon);
    expect(held(store).data).toEqual({ written: 'yes' });
  });

  it('does not bring back an object whose deletion was seen before the answer came', async () => {
    const { server, store, events, signal } = await started();
    let answerNow = () => {};
    server.on(`PATCH ${one}`, (response, seen) => {
      answerNow = () => answer(thing('a', 8))(response, seen);
    });
    const write = store.patch(held(store), { data: {} }, { signal });
    await eventually(() => expect(server.requests(`PATCH ${one}`)).toHaveLength(1), soon);
    events.send('DELETED', thing('a', 9));
    await eventually(() => expect(store.get('shop/a')).toBeUndefined(), soon);
    answerNow();
    await write;
    expect(store.get('shop/a')).toBeUndefined();
  });

  /** A write that is under way until `answerNow`, and a list that is asked for meanwhile. */
  async function aroundList(first: Thing, listed: ReturnType<typeof page>) {
    const parts = await started({}, [first]);
    const { server, store, events, signal } = parts;
    let answerNow = () => {};
    server.on(`PATCH ${one}`, (response, seen) => {
      answerNow = () => answer(thing('a', 8))(response, seen);
    });
    server.on(list, listed);
    const write = store.patch(held(store), { data: {} }, { signal });
    await eventually(() => expect(server.requests(`PATCH ${one}`)).toHaveLength(1), soon);
    events.reset();
    await eventually(() => expect(server.requests(list)).toHaveLength(2), soon);
    return { ...parts, write, answerNow: () => answerNow() };
  }

  it('whose answer comes after a restore does not bring back what is lost', async () => {
    const { server, store, write, answerNow } = await aroundList(thing('a', 3), page([thing('a', 2)], '2'));
    await eventually(() => expect(held(store).metadata.resourceVersion).toBe('2'), soon);
    server.on(`GET ${one}`, answer(thing('a', 2)));
    answerNow();
    await write;
    expect(held(store).metadata.resourceVersion).toBe('2');
  });

  it('whose answer comes after a restore does not bring back an object that is lost', async () => {
    const { server, store, write, answerNow } = await aroundList(thing('a', 3), page([], '2'));
    await eventually(() => expect(store.get('shop/a')).toBeUndefined(), soon);
    server.on(`GET ${one}`, refuse(404, 'not found'));
    answerNow();
    await write;
    expect(store.get('shop/a')).toBeUndefined();
  });

  it.each([
    { it: 'stays in the cache when the API server still has it', live: 9 },
    { it: 'goes from the cache when the API server has lost it', live: 3 },
  ])('that is answered while a list is on its way $it', async ({ live }) => {
    let listNow = () => {};
    const { server, store, write, answerNow } = await aroundList(thing('a', 3), (response, seen) => {
      listNow = () => page([thing('a', 3)], '7')(response, seen);
    });
    server.on(`GET ${one}`, answer(thing('a', live)));
    answerNow();
    await write;
    listNow();
    await eventually(() => expect(server.watches).toHaveLength(2), soon);
    expect(held(store).metadata.resourceVersion).toBe(String(live));
  });

  it('that is refused leaves the cache as it is', async () => {
    const { server, store, signal } = await started();
    server.on(`PATCH ${one}`, refuse(409, 'moved'));
    await expect(store.patch(held(store), {}, { signal })).rejects.toMatchObject({ kind: 'conflict' });
    expect(held(store).metadata.resourceVersion).toBe('3');
  });
});

describe('a live read', () => {
  it('goes past the cache', async () => {
    const { server, store, signal } = await started();
    server.on(`GET ${one}`, answer(thing('a', 9)));
    expect(await store.read('shop/a', { signal })).toMatchObject(thing('a', 9));
    expect(held(store).metadata.resourceVersion).toBe('3');
  });

  it('finds nothing where there is nothing', async () => {
    const { store, signal } = await started();
    expect(await store.read('shop/none', { signal })).toBeUndefined();
  });
});

describe('each object gets its final form', () => {
  const parse = (object: Thing) =>
    object.data?.shape === 'wrong'
      ? { ok: false as const, problems: ['data.shape: wrong'] }
      : { ok: true as const, resource: { ...object, data: { ...object.data, parsed: 'yes' } } };

  it('from lists, events, answers and live reads alike', async () => {
    const { server, store, events, signal } = await started({ parse });
    expect(held(store).data).toEqual({ parsed: 'yes' });
    events.send('MODIFIED', thing('a', 8));
    await eventually(() => expect(held(store).metadata.resourceVersion).toBe('8'), soon);
    expect(held(store).data).toEqual({ parsed: 'yes' });
    server.on(`PATCH ${one}`, answer(thing('a', 9))).on(`GET ${one}`, answer(thing('a', 9)));
    expect((await store.patch(held(store), {}, { signal })).data).toEqual({ parsed: 'yes' });
    expect((await store.read('shop/a', { signal }))?.data).toEqual({ parsed: 'yes' });
  });

  it('page by page, because a large list read at once would keep the event loop from turning', async () => {
    const names: string[] = [];
    const noting = (object: Thing) => {
      names.push(object.metadata.name);
      return parse(object);
    };
    const server = await startServer();
    let readBefore: readonly string[] = [];
    server.on(list, page([thing('a', 3)], '7', 'more'), (response, seen) => {
      readBefore = [...names];
      page([thing('b', 4)], '7')(response, seen);
    });
    const parts = { ...clientFor(server), log: new CollectedLog(), random: Math.random };
    const store = new KubeStore<Thing>({ type: configMaps, parse: noting }, parts);
    const signal = testSignal();
    void store.run(signal);
    await store.whenSynced(signal);
    expect(readBefore).toEqual(['a']);
    expect([...store.list()].map(({ data }) => data)).toEqual([{ parsed: 'yes' }, { parsed: 'yes' }]);
  });

  it('but not the echo of our own write, which is known', async () => {
    const parsed: string[] = [];
    const noting = (object: Thing) => {
      parsed.push(`${object.metadata.name} ${object.metadata.resourceVersion}`);
      return parse(object);
    };
    const { server, store, events, signal } = await started({ parse: noting });
    server.on(`PATCH ${one}`, answer(thing('a', 9)));
    const written = await store.patch(held(store), {}, { signal });
    events.send('MODIFIED', thing('a', 9));
    events.send('ADDED', thing('b', 10));
    await eventually(() => expect(store.get('shop/b')).toBeDefined(), soon);
    expect(held(store)).toBe(written);
    expect(parsed).toEqual(['a 3', 'a 9', 'b 10']);
  });

  it('and one that does not fit is kept as it came, and reported', async () => {
    const reported: unknown[] = [];
    const onUnparsed = ({ metadata }: Thing, problems: readonly string[]) => reported.push([metadata.name, problems]);
    const wrong = thing('a', 3, { data: { shape: 'wrong' } });
    const { store } = await started({ parse, onUnparsed: (...given) => void onUnparsed(...given) }, [wrong]);
    expect(held(store)).toEqual(wrong);
    expect(reported).toEqual([['a', ['data.shape: wrong']]]);
  });

  it('and one whose parsing throws is kept and reported too', async () => {
    const reported: unknown[] = [];
    const { store } = await started({
      parse: () => {
        throw new TypeError('poison');
      },
      onUnparsed: (_, problems) => void reported.push(problems),
    });
    expect(held(store)).toEqual(thing('a', 3));
    expect(reported).toEqual([['TypeError: poison']]);
  });
});

describe('a store', () => {
  it('of one namespace asks for that one only', async () => {
    const server = await startServer();
    server.on('GET /api/v1/namespaces/shop/configmaps', page([thing('a', 3)], '7'));
    const parts = { ...clientFor(server), log: new CollectedLog(), random: Math.random };
    const store = new KubeStore<Thing>({ type: configMaps, namespace: 'shop' }, parts);
    const signal = testSignal();
    void store.run(signal);
    await store.whenSynced(signal);
    await eventually(() => firstWatch(server), soon);
    expect(new Set(server.seen.map(({ path }) => path))).toEqual(new Set(['/api/v1/namespaces/shop/configmaps']));
  });

  it('finds objects by its indexes', async () => {
    const teamIndex = index<Thing>('team', ({ data }) => data?.team ?? 'none');
    const { store } = await started({ indexes: [teamIndex] }, [
      thing('a', 3, { data: { team: 'red' } }),
      thing('b', 4),
    ]);
    expect(store.byIndex(teamIndex, 'red').map(({ metadata }) => metadata.name)).toEqual(['a']);
  });
});
