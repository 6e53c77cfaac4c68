import { expect, test } from 'vitest';
import { shutDown } from '../../../../src/runtime/process/shutdown.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { RecordedLog } from '../../../fakes/recorders.ts';

function createScene() {
  const clock = new FakeClock();
  const log = new RecordedLog();
  const ended: string[] = [];
  const step = (name: string, run = () => Promise.resolve()) => ({
    name,
    run: async () => {
      await run();
      ended.push(name);
    },
  });
  const failed = () => log.lines.map(({ fields }) => fields.step);
  return { clock, log, ended, step, failed, options: { clock, log, withinMs: 10_000 } };
}

test('steps end in order', async () => {
  const { step, ended, failed, options, clock } = createScene();
  expect(await shutDown([step('controllers'), step('connections')], options)).toBe(true);
  expect(ended).toEqual(['controllers', 'connections']);
  expect(failed()).toEqual([]);
  expect(clock.timers).toBe(0);
});

test('a step that fails is named, and the others are still done', async () => {
  const { step, ended, failed, options } = createScene();
  const broken = step('controllers', () => Promise.reject(new Error('oops')));
  expect(await shutDown([broken, step('connections')], options)).toBe(false);
  expect(ended).toEqual(['connections']);
  expect(failed()).toEqual(['controllers']);
});

test('a step that does not end is named once the time is up, and the others are still done', async () => {
  const { step, ended, failed, options, clock } = createScene();
  const hanging = step('controllers', () => new Promise(() => {}));
  const clean = shutDown([hanging, step('connections')], options);
  await clock.advance(9_999);
  expect(failed()).toEqual([]);
  await clock.advance(1);
  expect(await clean).toBe(false);
  expect(failed()).toEqual(['controllers']);
  expect(ended).toEqual(['connections']);
});

test('all steps share the time', async () => {
  const { step, failed, options, clock } = createScene();
  const slow = step('controllers', () => new Promise((resolve) => clock.after(8_000, resolve)));
  const hanging = step('watches', () => new Promise(() => {}));
  const clean = shutDown([slow, hanging], options);
  await clock.advance(10_000);
  expect(await clean).toBe(false);
  expect(failed()).toEqual(['watches']);
});
