import { expect, it } from 'vitest';
import type { PodFacts } from '../../../../dev/local-node/status/status.ts';
import { StatusReporter } from '../../../../dev/local-node/status/status-reporter.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { FakePodApi, fault, quiet } from '../fake-node.ts';
import { placement, pod } from '../pods.ts';

function setUp() {
  const api = new FakePodApi();
  const clock = new FakeClock();
  const facts: PodFacts = { placement, startTime: '', containers: [], rejection: undefined };
  const seen = { facts };
  const reporter = new StatusReporter(pod(), () => seen.facts, { api, clock, log: quiet, retryMs: 500 });
  const changeTo = (startTime: string) => {
    seen.facts = { ...facts, startTime };
    return reporter.report();
  };
  return { api, clock, reporter, changeTo };
}

it('writes the same status once', async () => {
  const { api, reporter } = setUp();
  await reporter.report();
  await reporter.report();
  expect(api.statusWrites).toBe(1);
});

it('writes only the newest of several changes', async () => {
  const { api, changeTo } = setUp();
  await Promise.all([changeTo('first'), changeTo('second'), changeTo('third')]);
  expect(api.statuses.get('web-1')).toMatchObject({ startTime: 'third' });
  expect(api.statusWrites).toBeLessThanOrEqual(2);
});

it('tries again after a fault, with the newest facts', async () => {
  const { api, clock, changeTo } = setUp();
  api.failures.push(fault('unavailable'), fault('conflict'));
  const first = changeTo('first');
  const second = changeTo('second');
  await clock.advance(1_000);
  await Promise.all([first, second]);
  expect(api.statuses.get('web-1')).toMatchObject({ startTime: 'second' });
});

it('does not insist on a status that was refused, but on the next one', async () => {
  const { api, changeTo } = setUp();
  api.failures.push(fault('rejected'));
  await changeTo('refused');
  expect(api.statusWrites).toBe(0);
  await changeTo('accepted');
  expect(api.statuses.get('web-1')).toMatchObject({ startTime: 'accepted' });
});

it('writes nothing after it was closed', async () => {
  const { api, reporter } = setUp();
  reporter.close();
  await reporter.report();
  expect(api.statusWrites).toBe(0);
});

it('lets what is no fault through: it is a bug', async () => {
  const { api, reporter } = setUp();
  api.writeStatus = async () => {
    throw new TypeError('bug');
  };
  await expect(reporter.report()).rejects.toThrow('bug');
});
