import { expect, test } from 'vitest';
import { Fault } from '../../../src/ports/fault.ts';
import type { Blocked } from '../../../src/runtime/kind.ts';
import { runRound } from '../../../src/runtime/round.ts';
import { settle } from '../../fakes/fake-clock.ts';
import { expectIdle } from '../../helpers/expect-idle.ts';
import { expectValidStatus } from '../../helpers/expect-valid-status.ts';
import { conditionsOf, createWorld, finalizer, newNote, recheckMs, type World } from './sample.ts';

const key = 'shop/hello';
const refusal: Blocked = { kind: 'refuse', reason: 'Refused', message: 'not like this' };
const waiting: Blocked = { kind: 'wait', reason: 'InkNotReady', message: 'the ink is wet', lookAgainMs: 5_000 };

const fault = (kind: Fault['kind']) => new Fault('kafka', kind, `wall: ${kind}`);

/** A world in which the note is up and its status says so. */
async function createSettledWorld(): Promise<World> {
  const world = createWorld();
  await world.round();
  world.store.writes.length = 0;
  world.wall.writes.length = 0;
  world.events.notes.length = 0;
  return world;
}

test('a new resource is made, and its status is written once, with all that was seen', async () => {
  const { store, wall, round } = createWorld(newNote(key, { keep: true }));
  expect(await round()).toEqual({ outcome: { kind: 'recheck', afterMs: recheckMs }, changed: true });
  expect(wall.texts.get('hello')).toBe('hello');
  expect(store.must(key).status).toEqual({
    observedGeneration: 1,
    shown: 'hello',
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'InSync',
        message: 'the text is on the wall',
        lastTransitionTime: '2026-01-01T00:00:00Z',
        observedGeneration: 1,
      },
      expect.objectContaining({ type: 'Legible', status: 'True' }),
    ],
  });
  expect(store.writes).toHaveLength(1);
  expectValidStatus(store.must(key));
  await expectIdle(round, store, wall);
});

test('an idle round answers that nothing changed', async () => {
  const { round } = await createSettledWorld();
  expect(await round()).toEqual({ outcome: { kind: 'recheck', afterMs: recheckMs }, changed: false });
});

test('a change of the spec is made, and its status is written once', async () => {
  const { store, wall, round } = await createSettledWorld();
  store.edit(key, { spec: { text: 'bye' } });
  await round();
  expect(wall.texts.get('hello')).toBe('bye');
  expect(store.must(key).status).toMatchObject({ observedGeneration: 2, shown: 'bye' });
  expect(store.writes).toHaveLength(1);
  await expectIdle(round, store, wall);
});

test('drift is corrected without a word in the status', async () => {
  const { store, wall, round } = await createSettledWorld();
  wall.texts.set('hello', 'scribble');
  await round();
  expect(wall.texts.get('hello')).toBe('hello');
  expect(store.writes).toEqual([]);
});

test('the finalizer is there before anything is done outside', async () => {
  const { store, wall, round } = createWorld();
  let guarded: boolean | undefined;
  wall.before = (call) => {
    if (call === 'write') guarded = store.must(key).metadata.finalizers?.includes(finalizer);
  };
  await round();
  expect(guarded).toBe(true);
  expect(store.writes.map(({ verb }) => verb)).toEqual(['patch', 'patchStatus']);
});

test('the finalizer goes when the policy does not need it any more, and those of others stay', async () => {
  const { store, round } = await createSettledWorld();
  store.edit(key, { metadata: { finalizers: ['other/one', finalizer] }, spec: { keep: true } });
  await round();
  expect(store.must(key).metadata.finalizers).toEqual(['other/one']);
});

test('the finalizer of ours leaves those of others in place', async () => {
  const { store, round } = createWorld();
  store.edit(key, { metadata: { finalizers: ['other/one'] } });
  await round();
  expect(store.must(key).metadata.finalizers).toEqual(['other/one', finalizer]);
});

test('the finalizer comes together with the uid of the object that it is for', async () => {
  const { store, round } = createWorld();
  await round();
  const { uid, annotations } = store.must(key).metadata;
  expect(annotations).toEqual({ 'sluice.dev/guarded-uid': uid });
});

test('a finalizer does not speak for an object that is a copy of another one', async () => {
  const { store, round } = createWorld();
  store.edit(key, { metadata: { annotations: { 'sluice.dev/guarded-uid': 'uid-before' } } });
  await round();
  expect(store.must(key).metadata).toMatchObject({
    finalizers: [finalizer],
    annotations: { 'sluice.dev/guarded-uid': 'uid-before' },
  });
});

test('a refusal is reported and does not hold back the rest', async () => {
  const { store, wall, round } = createWorld(newNote(key, { blocked: [refusal] }));
  expect((await round()).outcome).toEqual({ kind: 'recheck', afterMs: recheckMs });
  expect(wall.texts.get('hello')).toBe('hello');
  expect(conditionsOf(store.must(key))).toEqual(['Ready=False Refused', 'Stalled=True Refused', 'Legible=True Seen']);
  expectValidStatus(store.must(key));
  await expectIdle(round, store, wall);
});

test('a refusal is reported before the rest is done', async () => {
  const { store, wall, round } = createWorld(newNote(key, { blocked: [refusal] }));
  let told: readonly string[] = [];
  wall.before = (call) => {
    if (call === 'write') told = conditionsOf(store.must(key));
  };
  await round();
  expect(told).toContain('Stalled=True Refused');
});

test('a wait is reported, and looked at again when it asks for it', async () => {
  const { store, wall, round } = createWorld(newNote(key, { blocked: [waiting] }));
  expect((await round()).outcome).toEqual({ kind: 'recheck', afterMs: 5_000 });
  expect(conditionsOf(store.must(key))).toContain('Reconciling=True InkNotReady');
  await expectIdle(round, store, wall);
});

test('a value that is rewritten outside is tried twice, then reported and looked at more slowly', async () => {
  const { store, wall, events, round } = await createSettledWorld();
  wall.rewrite = (text) => text.toUpperCase();
  store.edit(key, { spec: { text: 'loud' } });
  expect((await round()).outcome).toEqual({ kind: 'confirm' });
  expect(wall.writes).toEqual(['hello: loud', 'hello: loud']);
  expect(conditionsOf(store.must(key))).toContain('Reconciling=True Progressing');
  expect(store.must(key).status?.shown).toBe('LOUD');
  expect(events.notes.map(({ reason }) => reason)).toEqual(['Written']);
  expectValidStatus(store.must(key));
  await expectIdle(round, store);
});

test('an action that takes long is reported while it runs', async () => {
  const { store, wall, clock, round } = await createSettledWorld();
  const ink = Promise.withResolvers<void>();
  wall.before = (call) => (call === 'write' ? ink.promise : undefined);
  store.edit(key, { spec: { text: 'slow' } });
  const running = round();
  await clock.advance(999);
  expect(store.writes).toEqual([]);
  await clock.advance(1);
  expect(conditionsOf(store.must(key))).toContain('Reconciling=True Progressing');
  expect(store.must(key).status).toMatchObject({ shown: 'hello' });
  expectValidStatus(store.must(key));
  ink.resolve();
  expect((await running).outcome).toEqual({ kind: 'recheck', afterMs: recheckMs });
  expect(conditionsOf(store.must(key))).toEqual(['Ready=True InSync', 'Legible=True Seen']);
  expect(clock.timers).toBe(0);
});

test('a slow action whose report cannot be written is finished all the same', async () => {
  const { store, wall, clock, round } = await createSettledWorld();
  const ink = Promise.withResolvers<void>();
  wall.before = (call) => (call === 'write' ? ink.promise : undefined);
  store.edit(key, { spec: { text: 'slow' } });
  store.failCall(1, new Fault('kubernetes', 'unavailable', 'reset'));
  const running = round();
  await clock.advance(1_000);
  ink.resolve();
  expect((await running).outcome.kind).toBe('recheck');
  expect(store.must(key).status).toMatchObject({ observedGeneration: 2, shown: 'slow' });
});

test('a slow action waits for its report before anything else is written', async () => {
  const { store, wall, clock, round } = await createSettledWorld();
  const [ink, slowWrite] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  wall.before = (call) => (call === 'write' ? ink.promise : undefined);
  store.beforeWrite = () => slowWrite.promise;
  store.edit(key, { spec: { text: 'slow' } });
  const running = round();
  await clock.advance(1_000);
  ink.resolve();
  await settle();
  slowWrite.resolve();
  expect((await running).outcome.kind).toBe('recheck');
  expect(store.writes).toHaveLength(2);
});

test('a slow action that fails is reported as failed', async () => {
  const { store, wall, clock, round } = await createSettledWorld();
  const ink = Promise.withResolvers<void>();
  wall.before = (call) => (call === 'write' ? ink.promise : undefined);
  store.edit(key, { spec: { text: 'slow' } });
  const running = round();
  await clock.advance(1_000);
  ink.reject(fault('unavailable'));
  expect((await running).outcome.kind).toBe('retry');
  expect(conditionsOf(store.must(key))).toContain('Reconciling=True WallUnavailable');
});

const failures: readonly {
  it: string;
  /** Which call to the wall fails: 1 reads, 2 writes, 3 reads again. */
  call: 1 | 2 | 3;
  error: Error;
  edited?: boolean;
  drifted?: boolean;
  outcome: string;
  conditions: readonly string[];
  observedGeneration: number;
}[] = [
  {
    it: 'what was in sync keeps its status when it cannot be looked at',
    call: 1,
    error: fault('unavailable'),
    outcome: 'retry',
    conditions: ['Ready=True InSync', 'Legible=True Seen'],
    observedGeneration: 1,
  },
  {
    it: 'a change that cannot be looked at is reported as pending and not as evaluated',
    call: 1,
    error: fault('unavailable'),
    edited: true,
    outcome: 'retry',
    conditions: ['Ready=True InSync', 'Reconciling=True WallUnavailable', 'Legible=True Seen'],
    observedGeneration: 1,
  },
  {
    it: 'a change that cannot be made is reported as pending',
    call: 2,
    error: fault('throttled'),
    edited: true,
    outcome: 'retry',
    conditions: ['Ready=True InSync', 'Reconciling=True WallUnavailable', 'Legible=True Seen'],
    observedGeneration: 2,
  },
  {
    it: 'a change that was made and cannot be seen is reported as pending and not as evaluated',
    call: 3,
    error: fault('unavailable'),
    edited: true,
    outcome: 'retry',
    conditions: ['Ready=True InSync', 'Reconciling=True WallUnavailable', 'Legible=True Seen'],
    observedGeneration: 1,
  },
  {
    it: 'drift that cannot be corrected is reported as pending',
    call: 2,
    error: fault('unavailable'),
    drifted: true,
    outcome: 'retry',
    conditions: ['Ready=True InSync', 'Reconciling=True WallUnavailable', 'Legible=True Seen'],
    observedGeneration: 1,
  },
  {
    it: 'a denied look is for the user, even where all was in sync',
    call: 1,
    error: fault('denied'),
    outcome: 'recheck',
    conditions: ['Ready=False AuthorizationDenied', 'Stalled=True AuthorizationDenied', 'Legible=True Seen'],
    observedGeneration: 1,
  },
  {
    it: 'a rejected change is for the user',
    call: 2,
    error: fault('rejected'),
    edited: true,
    outcome: 'recheck',
    conditions: ['Ready=False TextRejected', 'Stalled=True TextRejected', 'Legible=True Seen'],
    observedGeneration: 2,
  },
  {
    it: 'a conflict outside is looked at again without a word',
    call: 2,
    error: fault('conflict'),
    edited: true,
    outcome: 'confirm',
    conditions: ['Ready=True InSync', 'Legible=True Seen'],
    observedGeneration: 1,
  },
  {
    it: 'a bug of ours is reported as ours',
    call: 1,
    error: new TypeError('x is undefined'),
    outcome: 'retry',
    conditions: ['Ready=True InSync', 'Reconciling=True InternalError', 'Legible=True Seen'],
    observedGeneration: 1,
  },
];

test.each(failures)('$it', async ({ call, error, edited, drifted, outcome, conditions, observedGeneration }) => {
  const { store, wall, round } = await createSettledWorld();
  if (edited) store.edit(key, { spec: { text: 'other' } });
  if (drifted) wall.texts.set('hello', 'hello?');
  wall.failCall(call, error);
  const result = await round();
  expect(result.outcome.kind).toBe(outcome);
  expect(result.failure?.cause).toBe(error);
  expect(conditionsOf(store.must(key))).toEqual(conditions);
  expect(store.must(key).status).toMatchObject({ observedGeneration });
  expectValidStatus(store.must(key));
  await round();
  expect(conditionsOf(store.must(key))).toEqual(['Ready=True InSync', 'Legible=True Seen']);
});

test('a new resource whose outside is away says so and counts as not evaluated', async () => {
  const world = createWorld();
  world.wall.failCall(1, fault('unavailable'));
  world.wall.failCall(2, fault('unavailable'));
  await world.round();
  const { store } = world;
  expect(conditionsOf(store.must(key))).toEqual(['Ready=False WallUnavailable', 'Reconciling=True WallUnavailable']);
  expect(store.must(key).status?.observedGeneration).toBe(-1);
  expectValidStatus(store.must(key));
  await expectIdle(world.round, store);
});

test('a refusal stays when the rest cannot be done', async () => {
  const world = createWorld(newNote(key, { blocked: [refusal] }));
  world.wall.failCall(2, fault('unavailable'));
  expect((await world.round()).outcome.kind).toBe('retry');
  expect(conditionsOf(world.store.must(key))).toContain('Stalled=True Refused');
  expectValidStatus(world.store.must(key));
});

test('a bug shows no part of its text in the status', async () => {
  const { store, wall, round } = createWorld();
  wall.failCall(1, new Error('password=hunter2'));
  await round();
  expect(JSON.stringify(store.must(key).status)).not.toContain('hunter2');
});

test('a spec that changes during the round is not taken as evaluated', async () => {
  const { store, wall, round } = createWorld(newNote(key, { keep: true }));
  wall.before = (call) => {
    if (call === 'write') {
      wall.before = () => {};
      store.edit(key, { spec: { text: 'newer' } });
    }
  };
  expect((await round()).outcome).toEqual({ kind: 'confirm' });
  expect(store.must(key).status?.observedGeneration).toBe(-1);
  await round();
  expect(store.must(key).status).toMatchObject({ observedGeneration: 2, shown: 'newer' });
});

test('a request for a look is echoed once it was answered', async () => {
  const { store, wall, round } = await createSettledWorld();
  store.edit(key, { metadata: { annotations: { 'sluice.dev/reconcile-requested-at': 'today' } } });
  await round();
  expect(store.must(key).status?.lastHandledReconcileAt).toBe('today');
  await expectIdle(round, store, wall);
});

/** A kind whose outside says beforehand what it would refuse: here whatever is to be written. */
function consulting({ parts, wall }: World): string[] {
  const { behaviour } = parts;
  const calls: string[] = [];
  parts.behaviour = {
    ...behaviour,
    observe: (note, round) => {
      calls.push('observe');
      return behaviour.observe(note, round);
    },
    plan: (note, shown, now) => {
      calls.push('plan');
      return behaviour.plan(note, shown, now);
    },
    consult: async (note, plan) => {
      calls.push('consult');
      await wall.read(note.metadata.name);
      return plan.actions.length === 0 ? plan : { actions: [], blocked: [refusal] };
    },
    report: (note, shown, plan) => {
      calls.push(`report ${plan.actions.length}/${plan.blocked.length}`);
      return behaviour.report(note, shown, plan);
    },
  };
  return calls;
}

test('what the outside would refuse of a plan is neither done nor reported as under way', async () => {
  const world = createWorld();
  const calls = consulting(world);
  expect((await world.round()).outcome).toEqual({ kind: 'recheck', afterMs: recheckMs });
  expect(calls).toEqual(['observe', 'plan', 'consult', 'report 0/1']);
  expect(world.wall.writes).toEqual([]);
  const { store } = world;
  expect(conditionsOf(store.must(key))).toEqual(['Ready=False Refused', 'Stalled=True Refused', 'Legible=False Seen']);
  expectValidStatus(store.must(key));
  await expectIdle(world.round, store, world.wall);
});

test('a plan that nobody can be consulted about is not carried out, and what was settled keeps its status', async () => {
  const world = await createSettledWorld();
  consulting(world);
  world.wall.texts.set('hello', 'scribble');
  world.wall.failCall(2, fault('unavailable'));
  expect((await world.round()).outcome.kind).toBe('retry');
  expect(world.wall.writes).toEqual([]);
  expect(world.store.writes).toEqual([]);
});

test('a removal is planned without consulting anybody', async () => {
  const world = await createSettledWorld();
  const calls = consulting(world);
  world.store.delete(key);
  await world.round();
  expect(world.store.get(key)).toBeUndefined();
  expect(calls).toEqual([]);
});

/** A kind that is done for good once it has acted. */
function finishing({ parts }: World): void {
  const { behaviour } = parts;
  parts.behaviour = {
    ...behaviour,
    plan: (note, shown, now) => ({ ...behaviour.plan(note, shown, now), finished: shown !== undefined }),
  };
}

test('what is finished is not looked at again until something changes', async () => {
  const world = createWorld();
  finishing(world);
  expect(await world.round()).toEqual({ outcome: { kind: 'awaitChange' }, changed: true });
  expect(world.wall.writes).toEqual(['hello: hello']);
  expect(conditionsOf(world.store.must(key))).toEqual(['Ready=True InSync', 'Legible=True Seen']);
  await expectIdle(world.round, world.store, world.wall);
});

test('what is finished with a part refused says so, and is not looked at again either', async () => {
  const world = createWorld(newNote(key, { blocked: [refusal] }));
  finishing(world);
  expect((await world.round()).outcome).toEqual({ kind: 'awaitChange' });
  expect(conditionsOf(world.store.must(key))).toContain('Stalled=True Refused');
});

test('an action that is left is carried out and confirmed before anything counts as finished', async () => {
  const world = createWorld();
  finishing(world);
  world.wall.rewrite = (text) => text.toUpperCase();
  expect((await world.round()).outcome).toEqual({ kind: 'confirm' });
  expect(world.wall.writes).toHaveLength(2);
});

/** A kind that never removes anything outside. */
function removingNothing({ parts }: World): void {
  const { removal: _, ...kept } = parts.behaviour;
  parts.behaviour = kept;
}

test('a kind without removal never gets a finalizer, and goes at once', async () => {
  const world = createWorld();
  removingNothing(world);
  await world.round();
  const { store, wall } = world;
  expect(store.must(key).metadata.finalizers).toBeUndefined();
  expect(conditionsOf(store.must(key))).toContain('Ready=True InSync');
  store.delete(key);
  expect(store.get(key)).toBeUndefined();
  expect(wall.texts.get('hello')).toBe('hello');
});

test('a kind without removal lets a finalizer go that an older version set', async () => {
  const world = await createSettledWorld();
  removingNothing(world);
  world.store.edit(key, { metadata: { finalizers: ['other/one', finalizer] } });
  await world.round();
  expect(world.store.must(key).metadata.finalizers).toEqual(['other/one']);
  await expectIdle(world.round, world.store, world.wall);
});

test('a deleted resource of a kind without removal is let go, whoever set our finalizer', async () => {
  const world = await createSettledWorld();
  removingNothing(world);
  world.store.delete(key);
  expect(await world.round()).toEqual({ outcome: { kind: 'awaitChange' }, changed: true });
  expect(world.store.get(key)).toBeUndefined();
  expect(world.wall.writes).toEqual([]);
  expect(world.events.notes).toMatchObject([{ type: 'Normal', reason: 'Released' }]);
});

test('a paused resource says so, and nothing is done', async () => {
  const { store, wall, round } = await createSettledWorld();
  store.edit(key, { spec: { text: 'later', paused: true } });
  expect(await round()).toEqual({ outcome: { kind: 'awaitChange' }, changed: true });
  expect(conditionsOf(store.must(key))).toEqual(['Ready=True Paused', 'Paused=True Paused', 'Legible=True Seen']);
  expect(store.must(key).status).toMatchObject({
    observedGeneration: 2,
    conditions: [{ observedGeneration: 1 }, {}, {}],
  });
  expect(wall.writes).toEqual([]);
  expectValidStatus(store.must(key));
  await expectIdle(round, store, wall);
});

test('a resource that was never seen is paused without a finalizer', async () => {
  const { store, round } = createWorld(newNote(key, { paused: true }));
  await round();
  expect(conditionsOf(store.must(key))).toEqual(['Ready=Unknown Paused', 'Paused=True Paused']);
  expect(store.must(key).metadata.finalizers).toBeUndefined();
  expectValidStatus(store.must(key));
});

test('what could not be looked at since the pause ended does not say any more that it is paused', async () => {
  const { store, wall, round } = await createSettledWorld();
  store.edit(key, { spec: { paused: true } });
  await round();
  store.edit(key, { spec: { paused: false } });
  wall.failCall(1, fault('unavailable'));
  await round();
  const shown = ['Ready=True Progressing', 'Reconciling=True WallUnavailable', 'Legible=True Seen'];
  expect(conditionsOf(store.must(key))).toEqual(shown);
  expectValidStatus(store.must(key));
});

test('work goes on when the pause is over', async () => {
  const { store, wall, round } = createWorld(newNote(key, { paused: true }));
  await round();
  store.edit(key, { spec: { paused: false } });
  await round();
  expect(wall.texts.get('hello')).toBe('hello');
  expect(conditionsOf(store.must(key))).toEqual(['Ready=True InSync', 'Legible=True Seen']);
});

test('a deleted resource goes once what it made was seen to be gone', async () => {
  const { store, wall, events, round } = await createSettledWorld();
  store.delete(key);
  let gone: boolean | undefined;
  store.beforeWrite = () => {
    gone = !wall.texts.has('hello');
  };
  expect((await round()).outcome).toEqual({ kind: 'awaitChange' });
  expect(gone).toBe(true);
  expect(store.get(key)).toBeUndefined();
  expect(store.writes).toHaveLength(1);
  expect(events.notes.map(({ reason }) => reason)).toEqual(['Erased', 'Gone']);
});

test('a pause does not keep a deleted resource', async () => {
  const { store, wall, round } = await createSettledWorld();
  store.edit(key, { spec: { paused: true } });
  store.delete(key);
  await round();
  expect(store.get(key)).toBeUndefined();
  expect(wall.texts.size).toBe(0);
});

test('a deleted resource that needs no finalizer goes at once, with the outside away, and leaves it alone', async () => {
  const { store, wall, events, round } = await createSettledWorld();
  wall.failCall(1, fault('unavailable'));
  store.edit(key, { spec: { keep: true } });
  store.delete(key);
  await round();
  expect(store.get(key)).toBeUndefined();
  expect(wall.texts.get('hello')).toBe('hello');
  expect(events.notes).toMatchObject([{ type: 'Normal', reason: 'Released' }]);
});

const removals: readonly { it: string; blocked: Blocked; conditions: string; afterMs: number }[] = [
  {
    it: 'a removal that has to wait says so',
    blocked: waiting,
    conditions: 'Reconciling=True InkNotReady',
    afterMs: 5_000,
  },
  { it: 'a removal that is refused says so', blocked: refusal, conditions: 'Stalled=True Refused', afterMs: recheckMs },
];

test.each(removals)('$it and keeps the finalizer', async ({ blocked, conditions, afterMs }) => {
  const { store, wall, round } = await createSettledWorld();
  store.edit(key, { spec: { blocked: [blocked] } });
  store.delete(key);
  expect((await round()).outcome).toEqual({ kind: 'recheck', afterMs });
  expect(conditionsOf(store.must(key))).toContain(conditions);
  expect(wall.texts.get('hello')).toBe('hello');
  expectValidStatus(store.must(key));
  await expectIdle(round, store, wall);
});

test('a removal that cannot be looked at holds the resource and says why', async () => {
  const { store, wall, round } = await createSettledWorld();
  store.delete(key);
  wall.failCall(1, fault('unavailable'));
  expect((await round()).outcome.kind).toBe('retry');
  expect(conditionsOf(store.must(key))).toContain('Reconciling=True WallUnavailable');
  await round();
  expect(store.get(key)).toBeUndefined();
});

test('a removal that does not show is reported and looked at more slowly', async () => {
  const { store, wall, round } = await createSettledWorld();
  store.delete(key);
  wall.texts.delete = () => false;
  expect((await round()).outcome).toEqual({ kind: 'confirm' });
  expect(conditionsOf(store.must(key))).toContain('Reconciling=True Deleting');
  expect(store.must(key).metadata.finalizers).toEqual([finalizer]);
});

/** What Ready says of a deleted resource that others hold. */
const heldByOthers = (said: string) => ({
  status: 'False',
  reason: 'FinalizersRemaining',
  message: `${said}; the resource goes once the other finalizers in its metadata are removed`,
});

test('a deleted resource that only others hold is left alone, and does not say any more that it is in sync', async () => {
  const { store, wall, parts, round } = await createSettledWorld();
  const forgotten: string[] = [];
  parts.behaviour = { ...parts.behaviour, forget: (about) => void forgotten.push(about) };
  store.edit(key, { metadata: { finalizers: ['other/one'] } });
  store.delete(key);
  expect((await round()).outcome).toEqual({ kind: 'awaitChange' });
  expect(forgotten).toEqual([key]);
  expect(wall.texts.get('hello')).toBe('hello');
  expect(store.must(key).status?.conditions?.[0]).toMatchObject(heldByOthers('nothing is done for it any more'));
  expect(conditionsOf(store.must(key))).toHaveLength(2);
  expect(store.must(key).status?.observedGeneration).toBe(1);
  expectValidStatus(store.must(key));
  await expectIdle(round, store, wall);
});

test('a resource that nobody holds any more is written no status while the news of its end is on its way', async () => {
  const { store, round } = await createSettledWorld();
  const { metadata, ...rest } = store.must(key);
  store.restore({ ...rest, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [] } });
  expect((await round()).outcome).toEqual({ kind: 'awaitChange' });
  expect(store.writes).toEqual([]);
});

const partings: readonly { it: string; change: (world: World) => void; said: string }[] = [
  { it: 'is removed', change: () => {}, said: 'all is gone' },
  {
    it: 'is kept',
    change: ({ store }) => void store.edit(key, { spec: { keep: true } }),
    said: 'released; what it stood for outside is kept',
  },
  {
    it: 'cannot be read',
    change: ({ store }) => void store.problems.set(key, ['spec.text: expected a text']),
    said: 'released, and what it stood for outside is kept: this version of the operator cannot read the resource: spec.text: expected a text',
  },
];

test.each(partings)('what $it and is held by others says so before our finalizer goes', async ({ change, said }) => {
  const world = await createSettledWorld();
  const { store, wall, round } = world;
  store.edit(key, { metadata: { finalizers: ['other/one', finalizer] } });
  change(world);
  store.delete(key);
  await round();
  expect(store.writes.slice(-2).map(({ verb }) => verb)).toEqual(['patchStatus', 'patch']);
  expect(store.must(key).metadata.finalizers).toEqual(['other/one']);
  expect(store.must(key).status?.conditions?.[0]).toMatchObject(heldByOthers(said));
  expect(store.must(key).status?.observedGeneration).toBe(store.must(key).metadata.generation);
  expectValidStatus(store.must(key));
  // As after a restart: what was said stays.
  await expectIdle(round, store, wall);
});

test('a finalizer that could not be taken away goes with the next round, and what was said stays', async () => {
  const { store, wall, round } = await createSettledWorld();
  store.edit(key, { metadata: { finalizers: ['other/one', finalizer] } });
  store.delete(key);
  store.failCall(2, new Fault('kubernetes', 'unavailable', 'reset'));
  expect((await round()).outcome.kind).toBe('retry');
  await round();
  expect(store.must(key).metadata.finalizers).toEqual(['other/one']);
  expect(store.must(key).status?.conditions?.[0]).toMatchObject(heldByOthers('all is gone'));
  await expectIdle(round, store, wall);
});

test('an action is told once, although the status changes too', async () => {
  const { events, round } = createWorld();
  await round();
  expect(events.notes).toEqual([{ type: 'Normal', reason: 'Written', message: 'wrote "hello"' }]);
});

test('a new reason is told as the table says, and not again while it stays', async () => {
  const world = createWorld();
  for (const call of [1, 2]) world.wall.failCall(call, fault('unavailable'));
  await world.round();
  await world.round();
  const away = { type: 'Warning', reason: 'WallUnavailable', message: 'wall: unavailable' };
  expect(world.events.notes).toEqual([away]);
});

test('a round that is called off starts no further action and says nothing', async () => {
  const { store, wall, clock, round } = await createSettledWorld();
  store.edit(key, { spec: { text: 'never' } });
  const stop = new AbortController();
  wall.before = () => stop.abort();
  const result = await round(key, stop.signal);
  expect(result.outcome).toEqual({ kind: 'awaitChange' });
  expect(wall.writes).toEqual([]);
  expect(store.writes).toEqual([]);
  expect(clock.timers).toBe(0);
});

test('a resource whose status cannot be written is tried again', async () => {
  const { store, round } = createWorld(newNote(key, { keep: true }));
  store.failCall(1, new Fault('kubernetes', 'unavailable', 'reset'));
  expect((await round()).outcome.kind).toBe('retry');
  await round();
  expect(conditionsOf(store.must(key))).toContain('Ready=True InSync');
});

test('a failure that cannot be written either is tried again as the write asks for', async () => {
  const { store, wall, round } = createWorld(newNote(key, { keep: true }));
  wall.failCall(1, fault('denied'));
  store.failCall(1, new Fault('kubernetes', 'unavailable', 'reset'));
  expect((await round()).outcome.kind).toBe('retry');
});

const refused = new Fault('kubernetes', 'rejected', 'cannot patch notes/status: status.shown: too long', {
  code: '422',
});

test('a status that does not fit is written as far as it does, and the next round is idle', async () => {
  const { store, wall, round } = createWorld();
  store.edit(key, {
    metadata: { annotations: { 'sluice.dev/reconcile-requested-at': 'x'.repeat(10_000) } },
    spec: { text: '𝕊'.repeat(100) },
  });
  await round();
  const { shown = '', lastHandledReconcileAt = '' } = store.must(key).status ?? {};
  expect([shown.length, lastHandledReconcileAt.length]).toEqual([64, 256]);
  expect(shown.isWellFormed()).toBe(true);
  expectValidStatus(store.must(key));
  await expectIdle(round, store, wall);
});

test('a status that is refused is written without its fields, and says so', async () => {
  const { store, wall, round } = await createSettledWorld();
  store.edit(key, { spec: { text: 'bye' } });
  store.failCall(1, refused);
  const result = await round();
  expect(result).toEqual({
    outcome: { kind: 'recheck', afterMs: recheckMs },
    changed: true,
    failure: { meaning: 'bug', cause: refused },
  });
  expect(wall.texts.get('hello')).toBe('bye');
  expect(store.must(key).status).toMatchObject({ observedGeneration: 2, shown: 'hello' });
  expect(conditionsOf(store.must(key))).toEqual(['Ready=False StatusRefused', 'Reconciling=True StatusRefused']);
  expect(store.must(key).status?.conditions?.[0]?.message).toMatch(/install the CRDs .* status\.shown: too long$/);
  expectValidStatus(store.must(key));
});

test('a status that stays refused is written once, and offered again with each round', async () => {
  const { store, round } = await createSettledWorld();
  store.edit(key, { spec: { text: 'bye' } });
  store.failCall(1, refused);
  await round();
  store.failCall(1, refused);
  await expectIdle(round, store);
  await round();
  expect(conditionsOf(store.must(key))).toEqual(['Ready=True InSync', 'Legible=True Seen']);
  expect(store.must(key).status?.shown).toBe('bye');
});

test('a status that is refused even without its fields is tried again, more slowly each time', async () => {
  const { store, round } = createWorld(newNote(key, { keep: true }));
  for (const call of [1, 2, 3, 4]) store.failCall(call, refused);
  expect((await round()).outcome.kind).toBe('retry');
  await round();
  expect(conditionsOf(store.must(key))).toContain('Ready=True InSync');
});

const faults: readonly Error[] = [
  fault('unavailable'),
  fault('throttled'),
  fault('denied'),
  fault('rejected'),
  fault('conflict'),
  new Error('a bug'),
];
const lives = faults.flatMap((error) =>
  [1, 2, 3, 4, 5, 6, 7].flatMap((n) => [false, true].map((applied) => ({ error, n, applied }))),
);

test.each(lives)(
  '"$error.message" at call $n (took effect: $applied) leaves nothing wrong behind',
  async ({ error, n, applied }) => {
    const { store, wall, clock, round } = createWorld();
    wall.failCall(n, error, { applied });
    store.failCall(n, error instanceof Fault ? new Fault('kubernetes', error.kind, 'api server') : error, { applied });

    const comeToRest = async () => {
      for (let rounds = 0; rounds < 5 && store.get(key) !== undefined; rounds += 1) {
        await round();
        await clock.advance(recheckMs);
        if (store.get(key) !== undefined) expectValidStatus(store.must(key));
      }
    };
    await comeToRest();
    expect(wall.texts).toEqual(new Map([['hello', 'hello']]));
    store.edit(key, { spec: { text: 'bye' } });
    await comeToRest();
    expect(wall.texts).toEqual(new Map([['hello', 'bye']]));
    expect(store.must(key).status).toMatchObject({ observedGeneration: 2, shown: 'bye' });
    expect(conditionsOf(store.must(key))).toEqual(['Ready=True InSync', 'Legible=True Seen']);
    await expectIdle(round, store, wall);
    store.delete(key);
    await comeToRest();
    expect(store.get(key)).toBeUndefined();
    expect(wall.texts).toEqual(new Map());
  },
);

test('rounds of many resources do not disturb each other', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `shop/note-${index}`);
  const { store, wall, parts } = createWorld(...names.map((name) => newNote(name)));
  const { signal } = new AbortController();
  await Promise.all(names.map((name) => runRound(parts, store.must(name), signal)));
  await settle();
  expect(wall.texts.size).toBe(20);
  for (const name of names) expectValidStatus(store.must(name));
});
