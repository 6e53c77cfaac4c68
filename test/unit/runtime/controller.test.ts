import { expect, onTestFinished, test } from 'vitest';
import { Fault } from '../../../src/ports/fault.ts';
import type { KubeObject } from '../../../src/ports/kube.ts';
import { createController } from '../../../src/runtime/controller.ts';
import { type Trigger, watch } from '../../../src/runtime/trigger.ts';
import { settle } from '../../fakes/fake-clock.ts';
import { FakeStore, type NewObject } from '../../fakes/fake-store.ts';
import { RecordedLog, RecordedMetrics } from '../../fakes/recorders.ts';
import { expectValidStatus } from '../../helpers/expect-valid-status.ts';
import { createWorld, type Note, newNote, recheckMs } from './sample.ts';

const key = 'shop/hello';

interface StageOptions {
  notes?: readonly NewObject<Note>[];
  workers?: number;
  sweepWorkers?: number;
  forget?: (key: string) => void;
  triggers?: readonly Trigger[];
}

/** The sample kind under a controller. */
function createStage({ notes = [newNote()], workers = 64, sweepWorkers, forget, triggers = [] }: StageOptions = {}) {
  const world = createWorld(...notes);
  const log = new RecordedLog();
  const metrics = new RecordedMetrics();
  const forgotten: string[] = [];
  const behaviour = { ...world.parts.behaviour, forget: forget ?? ((gone: string) => void forgotten.push(gone)) };
  const bell = new Bell();
  const controller = createController({
    ...world.parts,
    behaviour,
    name: 'note',
    triggers: [bell, ...triggers],
    log,
    metrics,
    workers,
    ...(sweepWorkers !== undefined && { sweepWorkers }),
    drainMs: 5_000,
    random: () => 0.5,
  });
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const run = async () => {
    const running = controller.run(stopping.signal);
    await settle();
    return running;
  };
  const start = async () => {
    void run();
    await settle();
    await settle();
  };
  return { ...world, controller, bell, log, metrics, forgotten, stopping, run, start };
}

/** Wakes the keys that a test names. */
class Bell implements Trigger {
  ring: (key: string) => void = () => {};

  async whenSynced(): Promise<void> {}

  subscribe(wake: (key: string) => void): () => void {
    this.ring = wake;
    return () => {
      this.ring = () => {};
    };
  }
}

const lines = ({ log }: { log: RecordedLog }) => log.lines.map(({ level, fields }) => `${level} ${fields.outcome}`);

test('starts with all keys, and comes back to each after the recheck interval', async () => {
  const stage = createStage({ notes: [newNote('shop/a'), newNote('shop/b')] });
  await stage.start();
  expect([...stage.wall.texts.keys()]).toEqual(['a', 'b']);
  stage.wall.texts.set('a', 'scribble');
  await stage.clock.advance(recheckMs);
  expect(stage.wall.texts.get('a')).toBe('hello');
});

test('what was looked at at different times is swept together, and drift is set back then', async () => {
  const stage = createStage({ notes: [newNote('shop/a'), newNote('shop/b'), newNote('shop/c')], sweepWorkers: 1_000 });
  await stage.start();
  await stage.clock.advance(recheckMs / 20);
  stage.store.edit('shop/b', { spec: { text: 'bye' } });
  await stage.clock.advance(recheckMs / 100);
  for (const name of ['a', 'b', 'c']) stage.wall.texts.set(name, 'scribble');
  const sinceMs = stage.clock.monotonicMs();
  await stage.clock.advance(stage.clock.nextTimerMs ?? 0);
  expect(Object.fromEntries(stage.wall.texts)).toEqual({ a: 'hello', b: 'bye', c: 'hello' });
  expect(stage.clock.monotonicMs() - sinceMs).toBeLessThanOrEqual(recheckMs);
});

test('after failures a key finds back to the sweep', async () => {
  const stage = createStage({ notes: [newNote('shop/a'), newNote('shop/b')], sweepWorkers: 1_000 });
  stage.wall.failCall(1, new Fault('kafka', 'unavailable', 'away'));
  await stage.start();
  await stage.clock.advance(1_000);
  expect(stage.clock.nextTimerMs).toBe(recheckMs - 1_000);
  await stage.clock.advance(recheckMs - 1_000);
  expect(stage.clock.nextTimerMs).toBe(recheckMs);
  expect(lines(stage).filter((line) => line === 'debug recheck')).toHaveLength(2);
});

test('a change of the spec is acted on at once', async () => {
  const { store, wall, start } = createStage();
  await start();
  store.edit(key, { spec: { text: 'bye' } });
  await settle();
  expect(wall.texts.get('hello')).toBe('bye');
});

test('our own writes bring no further round', async () => {
  const stage = createStage();
  await stage.start();
  expect(stage.store.writes).toHaveLength(2);
  expect(lines(stage)).toEqual(['info recheck']);
});

const outsideChanges: readonly { it: string; patch: Record<string, unknown>; rounds: number }[] = [
  {
    it: 'a request for a look brings a round',
    patch: { annotations: { 'sluice.dev/reconcile-requested-at': 'x' } },
    rounds: 1,
  },
  { it: 'a label that changes brings a round', patch: { labels: { team: 'shop' } }, rounds: 1 },
  {
    it: 'a finalizer of ours that somebody takes away brings a round',
    patch: { finalizers: ['other/one'] },
    rounds: 1,
  },
  {
    it: 'a finalizer of somebody else brings none',
    patch: { finalizers: ['other/one', 'sluice.dev/finalizer'] },
    rounds: 0,
  },
];

test.each(outsideChanges)('$it', async ({ patch, rounds }) => {
  const stage = createStage();
  await stage.start();
  stage.store.edit(key, { metadata: patch });
  await settle();
  expect(stage.log.lines).toHaveLength(1 + rounds);
});

test('another spec of the same generation, as after a restore of Kubernetes, is acted on at once', async () => {
  const stage = createStage();
  await stage.start();
  stage.store.restore({ ...stage.store.must(key), spec: { text: 'bye' } });
  await settle();
  expect(stage.wall.texts.get('hello')).toBe('bye');
});

test('nothing is looked at before all caches are complete', async () => {
  const inks = new FakeStore<KubeObject>([], { synced: false });
  const { wall, start } = createStage({ triggers: [watch(inks, () => [])] });
  await start();
  expect(wall.writes).toEqual([]);
  inks.sync();
  await settle();
  expect(wall.writes).toEqual(['hello: hello']);
});

test('a controller that is stopped while caches are incomplete ends in peace', async () => {
  const inks = new FakeStore<KubeObject>([], { synced: false });
  const { stopping, run, wall } = createStage({ triggers: [watch(inks, () => [])] });
  const running = run();
  stopping.abort();
  await running;
  expect(wall.writes).toEqual([]);
});

test('a change of a related object looks at the keys that it concerns', async () => {
  const inks = new FakeStore<KubeObject>();
  const triggers = [watch(inks, ({ after }) => (after ? [`shop/${after.metadata.name}`] : []))];
  const stage = createStage({ notes: [newNote('shop/a'), newNote('shop/b')], triggers });
  await stage.start();
  for (const name of ['a', 'b']) stage.wall.texts.set(name, 'scribble');
  inks.create({ apiVersion: 'v1', kind: 'Ink', metadata: { name: 'b' } });
  await settle();
  expect(Object.fromEntries(stage.wall.texts)).toEqual({ a: 'scribble', b: 'hello' });
});

test('failures come back more and more slowly, until one round succeeds', async () => {
  const stage = createStage();
  for (let call = 1; call <= 4; call += 1) stage.wall.failCall(call, new Fault('kafka', 'unavailable', 'away'));
  await stage.start();
  const times = [];
  for (let failed = 1; failed <= 4; failed += 1) {
    times.push(stage.clock.nextTimerMs);
    await stage.clock.advance(stage.clock.nextTimerMs ?? 0);
  }
  expect(times).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(stage.clock.nextTimerMs).toBe(recheckMs);
  expect(stage.wall.texts.get('hello')).toBe('hello');
  stage.wall.failCall(1, new Fault('kafka', 'unavailable', 'away'));
  await stage.clock.advance(recheckMs);
  expect(stage.clock.nextTimerMs).toBe(1_000);
});

test('events that bring a failed resource back early do not make it wait longer afterwards', async () => {
  const stage = createStage();
  for (let call = 1; call <= 20; call += 1) stage.wall.failCall(call, new Fault('kafka', 'unavailable', 'away'));
  await stage.start();
  for (let event = 1; event <= 18; event += 1) {
    stage.store.edit(key, { spec: { text: `hello ${event}` } });
    await stage.clock.advance(100);
  }
  expect(stage.clock.nextTimerMs).toBe(900);
  await stage.clock.advance(900);
  expect(stage.clock.nextTimerMs).toBe(2_000);
});

test('events now and then do not keep the looks that nobody asks for from becoming rare', async () => {
  const stage = createStage();
  stage.wall.before = () => {
    throw new Fault('kafka', 'unavailable', 'away');
  };
  await stage.start();
  for (let event = 1; event <= 10; event += 1) {
    await stage.clock.advance(10_000);
    stage.bell.ring(key);
    await settle();
  }
  expect(stage.clock.nextTimerMs).toBe(16_000);
});

test('what never settles is looked at more and more slowly', async () => {
  const stage = createStage();
  stage.wall.rewrite = (text) => text.toUpperCase();
  await stage.start();
  await stage.clock.advance(3_600_000);
  expect(stage.wall.writes.length).toBeLessThan(60);
  expect(stage.store.writes.length).toBeLessThanOrEqual(3);
  expectValidStatus(stage.store.must(key));
});

test('one resource that throws does not keep the others from their rounds', async () => {
  const stage = createStage({ notes: [newNote('shop/bad'), newNote('shop/good')], workers: 1 });
  const read = stage.wall.read.bind(stage.wall);
  stage.wall.read = (name) => (name === 'bad' ? Promise.reject(new TypeError('poison')) : read(name));
  await stage.start();
  expect(stage.wall.texts.get('good')).toBe('hello');
  const [line] = stage.log.lines.filter(({ level }) => level === 'error');
  expect(line?.fields).toMatchObject({ kind: 'note', key: 'shop/bad', stack: expect.stringContaining('poison') });
});

test('a resource that is gone is forgotten', async () => {
  const { store, bell, forgotten, start } = createStage({ notes: [newNote(key, { keep: true })] });
  await start();
  store.delete(key);
  await settle();
  expect(forgotten).toEqual([key]);
  bell.ring(key);
  await settle();
  expect(forgotten).toEqual([key]);
});

test('whoever leads no more forgets what it learned of all resources, and counts none', async () => {
  const notes = [newNote('shop/a', { keep: true }), newNote('shop/b', { keep: true })];
  const { controller, forgotten, metrics, stopping, run } = createStage({ notes });
  const running = run();
  await settle();
  await settle();
  controller.measure();
  stopping.abort();
  await running;
  expect(forgotten).toEqual(['shop/a', 'shop/b']);
  controller.measure();
  expect([...metrics.values.keys()].filter((series) => series.startsWith('sluice_resources'))).toEqual([]);
});

test('a memory that fails to forget at the end is told of, and keeps no other from being forgotten', async () => {
  const notes = [newNote('shop/a', { keep: true }), newNote('shop/b', { keep: true })];
  const tried: string[] = [];
  const forget = (gone: string) => {
    tried.push(gone);
    throw new Error('no');
  };
  const { log, stopping, run } = createStage({ notes, forget });
  const running = run();
  await settle();
  await settle();
  stopping.abort();
  await running;
  expect(tried).toEqual(['shop/a', 'shop/b']);
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
});

test('a cache that will never be complete ends the controller, so that it is not taken for one that works', async () => {
  const { controller, store, stopping } = createStage();
  const broken = new Error('no such kind');
  store.whenSynced = () => Promise.reject(broken);
  await expect(controller.run(stopping.signal)).rejects.toBe(broken);
});

test('a memory that fails to forget is a bug of that resource only', async () => {
  const forget = () => {
    throw new Error('no');
  };
  const stage = createStage({ notes: [newNote(key, { keep: true }), newNote('shop/other')], forget });
  await stage.start();
  stage.store.delete(key);
  stage.store.edit('shop/other', { spec: { text: 'bye' } });
  await settle();
  expect(stage.wall.texts.get('other')).toBe('bye');
  expect(lines(stage)).toContain('error retry');
});

test('a resource that was made again under the same name is a new one', async () => {
  const { store, forgotten, start } = createStage({ notes: [newNote(key, { keep: true })] });
  await start();
  store.delete(key);
  store.create(newNote(key, { keep: true }));
  await settle();
  expect(forgotten).toEqual([key]);
});

const levels: readonly { it: string; fault?: Fault; change: boolean; line: string; fields: object }[] = [
  {
    it: 'an idle round leaves a line for the curious',
    change: false,
    line: 'debug recheck',
    fields: { kind: 'note', key },
  },
  { it: 'a round that did something leaves a line', change: true, line: 'info recheck', fields: { kind: 'note', key } },
  {
    it: 'a fault leaves a warning that names it by code',
    fault: new Fault('kafka', 'unavailable', 'no broker', { code: 'ECONNREFUSED' }),
    change: false,
    line: 'warn retry',
    fields: { error: 'no broker', fault: 'kafka/unavailable', code: 'ECONNREFUSED' },
  },
  {
    it: 'a conflict is nothing to warn of',
    fault: new Fault('kafka', 'conflict', 'moved'),
    change: false,
    line: 'debug confirm',
    fields: {},
  },
];

test.each(levels)('$it', async ({ fault, change, line, fields }) => {
  const stage = createStage();
  await stage.start();
  if (fault) stage.wall.failCall(1, fault);
  if (change) stage.wall.texts.clear();
  stage.log.lines.length = 0;
  stage.bell.ring(key);
  await settle();
  expect(lines(stage)).toEqual([line]);
  expect(stage.log.lines[0]?.fields).toMatchObject({ ...fields, tookMs: 0 });
  expect(stage.log.lines[0]?.fields).not.toHaveProperty('stack');
});

test('rounds are counted by outcome and failure, and the queue is measured when asked', async () => {
  const stage = createStage({ notes: [newNote('shop/a'), newNote('shop/b'), newNote('shop/c')], workers: 1 });
  const ink = Promise.withResolvers<void>();
  stage.wall.before = () => ink.promise;
  await stage.start();
  await stage.clock.advance(2_000);
  stage.controller.measure();
  expect(Object.fromEntries(stage.metrics.values)).toEqual({
    'sluice_queue_depth{kind="note"}': 2,
    'sluice_rounds_running{kind="note"}': 1,
    'sluice_queue_oldest_seconds{kind="note"}': 2,
    'sluice_resources{kind="note",ready="",reason=""}': 3,
  });
  ink.resolve();
  await settle();
  await settle();
  expect(stage.metrics.values.get('sluice_rounds_total{kind="note",outcome="recheck",failure="none"}')).toBe(3);
  expect(stage.metrics.values.get('sluice_round_duration_seconds_count{kind="note"}')).toBe(3);
});

test('stopping lets running rounds end, starts none, and the controller may run again', async () => {
  const stage = createStage({ notes: [newNote('shop/a'), newNote('shop/b')], workers: 1 });
  const ink = Promise.withResolvers<void>();
  stage.wall.before = (call) => (call === 'write' ? ink.promise : undefined);
  let ended = false;
  const running = stage.controller.run(stage.stopping.signal).then(() => {
    ended = true;
  });
  await settle();
  stage.stopping.abort();
  await settle();
  expect(ended).toBe(false);
  ink.resolve();
  await running;
  expect([...stage.wall.texts.keys()]).toEqual(['a']);

  const again = new AbortController();
  const second = stage.controller.run(again.signal);
  await settle();
  await settle();
  expect([...stage.wall.texts.keys()]).toEqual(['a', 'b']);
  again.abort();
  await second;
  expect(stage.store.listeners).toBe(0);
  expect(stage.clock.timers).toBe(0);
});

test('a round that does not end is called off after the time to drain', async () => {
  const stage = createStage();
  let calledOff = false;
  const hanging = createController({
    ...stage.parts,
    behaviour: {
      ...stage.parts.behaviour,
      observe: (_note, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            calledOff = true;
            reject(new Fault('kafka', 'unavailable', 'given up by the caller'));
          });
        }),
    },
    name: 'note',
    triggers: [],
    log: stage.log,
    metrics: stage.metrics,
    workers: 1,
    drainMs: 5_000,
    random: () => 0.5,
  });
  const running = hanging.run(stage.stopping.signal);
  await settle();
  stage.stopping.abort();
  await stage.clock.advance(4_999);
  expect(calledOff).toBe(false);
  await stage.clock.advance(1);
  await running;
  expect(calledOff).toBe(true);
  expect(stage.store.writes.map(({ verb }) => verb)).toEqual(['patch']);
});
