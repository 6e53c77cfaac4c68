import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aborted } from '../../../../src/base/time.ts';
import { LeaderElector, leaderTimes } from '../../../../src/runtime/process/leader.ts';
import { FakeClock, settle } from '../../../fakes/fake-clock.ts';
import { FakeLease } from '../../../fakes/fake-lease-store.ts';
import { RecordedLog } from '../../../fakes/recorders.ts';

/** A process that runs for office, with a clock of its own, so that it can be stopped while time goes on for others. */
function createCandidate(identity: string, lease: FakeLease, { drainMs = 0, held = Promise.resolve() } = {}) {
  const clock = new FakeClock();
  const connection = lease.connect();
  connection.held = held;
  const stopping = new AbortController();
  const log = new RecordedLog();
  const terms: ('works' | 'ended')[] = [];
  const leadership = {
    async onStartedLeading(signal: AbortSignal) {
      const term = terms.push('works') - 1;
      await aborted(signal);
      if (drainMs > 0) await new Promise<void>((resolve) => clock.after(drainMs, resolve));
      terms[term] = 'ended';
    },
  };
  const elector = new LeaderElector({ identity, ...leaderTimes }, { leases: connection, clock, log, leadership });
  const ended = elector.run(stopping.signal);
  return { clock, connection, elector, terms, log, ended, stop: () => stopping.abort() };
}

type Candidate = ReturnType<typeof createCandidate>;

/** Time passes for `candidates` alike, in small steps, as it does for processes side by side. */
async function pass(ms: number, ...candidates: readonly Candidate[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    for (const { clock } of candidates) await clock.advance(500);
    expect(candidates.filter(({ elector }) => elector.fence()).length, 'leaders at once').toBeLessThanOrEqual(1);
  }
}

async function createPair() {
  const lease = new FakeLease();
  const first = createCandidate('first', lease);
  await pass(500, first);
  const second = createCandidate('second', lease);
  await pass(4_000, first, second);
  return { lease, first, second };
}

test('the first candidate leads and the second one waits', async () => {
  const { lease, first, second } = await createPair();
  expect([first.elector.fence(), second.elector.fence()]).toEqual([true, false]);
  expect([first.terms, second.terms]).toEqual([['works'], []]);
  expect(lease.stored).toMatchObject({ holder: 'first', transitions: 0, durationSeconds: 15 });
});

test('the leader renews for as long as it leads, with one request each time', async () => {
  const { lease, first, second } = await createPair();
  const { reads, writes } = first.connection;
  await pass(60_000, first, second);
  expect(first.terms).toEqual(['works']);
  expect(first.connection.reads).toBe(reads);
  expect(first.connection.writes).toBe(writes + 30);
  expect(lease.stored?.renewedAt.getTime()).toBeGreaterThan(lease.stored?.acquiredAt.getTime() ?? 0);
});

test('a stopping leader gives the lease up, and the next one leads within two tries', async () => {
  const { lease, first, second } = await createPair();
  first.stop();
  await pass(500, first, second);
  await first.ended;
  expect(first.terms).toEqual(['ended']);
  await pass(4_000, second);
  expect([first.elector.fence(), second.elector.fence()]).toEqual([false, true]);
  expect(lease.stored).toMatchObject({ holder: 'second', transitions: 1, durationSeconds: 15 });
});

test('a leader renews while its work ends, and gives the lease up only then', async () => {
  const lease = new FakeLease();
  const slow = createCandidate('slow', lease, { drainMs: 30_000 });
  await pass(500, slow);
  slow.stop();
  await pass(29_000, slow);
  expect(slow.elector.fence()).toBe(true);
  expect(lease.stored?.holder).toBe('slow');
  await pass(2_000, slow);
  await slow.ended;
  expect(slow.elector.fence()).toBe(false);
  expect(lease.stored?.holder).toBe('');
});

test('a killed leader is followed within 20 s, and not before its lease has ended', async () => {
  const { first, second } = await createPair();
  expect(first.elector.fence()).toBe(true);
  await pass(13_000, second);
  expect(second.elector.fence()).toBe(false);
  await pass(7_000, second);
  expect(second.elector.fence()).toBe(true);
});

const cuts = ['refused', 'silent', 'deaf'] as const;

test.each(cuts)('a leader whose renewals are %s stops before another may start, and tries again', async (state) => {
  const { first, second } = await createPair();
  first.connection.state = state;
  await pass(10_500, first, second);
  expect([first.elector.fence(), second.elector.fence()]).toEqual([false, false]);
  expect(first.terms).toEqual(['ended']);
  await pass(30_000, first, second);
  expect(second.elector.fence()).toBe(true);
  first.connection.state = 'up';
  await pass(30_000, first, second);
  expect([first, second].filter(({ elector }) => elector.fence())).toHaveLength(1);
  expect(first.log.lines.some(({ level }) => level === 'warn')).toBe(true);
});

test('a short outage of the API server costs nobody the lead', async () => {
  const { first, second } = await createPair();
  const { reads } = first.connection;
  first.connection.state = 'refused';
  await pass(6_000, first, second);
  expect(first.connection.reads, 'asked again at once').toBe(reads);
  expect(first.log.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', fields: { error: 'connection refused' } }),
  );
  first.connection.state = 'up';
  await pass(30_000, first, second);
  expect(first.terms).toEqual(['works']);
});

test('a renewal counts from when it left, because others may count from when it was stored', async () => {
  const { clock, connection, elector } = createCandidate('alone', new FakeLease());
  const answer = Promise.withResolvers<void>();
  connection.held = answer.promise;
  await clock.advance(4_500);
  answer.resolve();
  await settle();
  connection.state = 'refused';
  await clock.advance(5_499);
  expect(elector.fence()).toBe(true);
  await clock.advance(1);
  expect(elector.fence()).toBe(false);
});

test('a renewal that is not answered is given up in time for another try', async () => {
  const { clock, connection, terms } = createCandidate('alone', new FakeLease());
  await clock.advance(500);
  connection.state = 'silent';
  await clock.advance(7_500);
  connection.state = 'up';
  await clock.advance(10_000);
  expect(terms).toEqual(['works']);
});

test('a leader that was stopped for long finds its fence down at once, and steps back', async () => {
  const { first, second } = await createPair();
  await pass(30_000, second);
  expect(second.elector.fence()).toBe(true);
  first.clock.jump(30_000);
  expect(first.elector.fence()).toBe(false);
  await pass(500, first, second);
  expect(first.terms).toEqual(['ended']);
  await pass(30_000, first, second);
  expect([first.terms, second.terms]).toEqual([['ended'], ['works']]);
});

test('a leader that was stopped and that nobody followed leads again, in a new term', async () => {
  const lease = new FakeLease();
  const alone = createCandidate('alone', lease);
  await pass(500, alone);
  alone.clock.jump(60_000);
  await pass(3_000, alone);
  expect(alone.terms).toEqual(['ended', 'works']);
  expect(alone.elector.fence()).toBe(true);
});

test('a leader whose lease is stolen steps back within two tries', async () => {
  const { lease, first } = await createPair();
  const now = first.clock.now();
  lease.put({ holder: 'thief', acquiredAt: now, renewedAt: now, durationSeconds: 15, transitions: 7 });
  await pass(4_000, first);
  expect(first.terms).toEqual(['ended']);
  expect(lease.stored?.holder).toBe('thief');
});

test('a lease that is deleted stays with its leader, because others wait as if it were there', async () => {
  const { lease, first, second } = await createPair();
  lease.stored = undefined;
  first.connection.state = 'refused';
  await pass(4_000, first, second);
  first.connection.state = 'up';
  await pass(30_000, first, second);
  expect([first.terms, second.terms]).toEqual([['works'], []]);
  expect(lease.stored).toMatchObject({ holder: 'first', acquiredAt: new Date('2026-01-01T00:00:00Z') });
});

test('a leader whose lease goes back to an older version begins a new term, because all else went back too', async () => {
  const lease = new FakeLease();
  const leader = createCandidate('leader', lease);
  await pass(500, leader);
  const backup = lease.stored;
  await pass(10_000, leader);
  lease.stored = backup;
  await pass(6_000, leader);
  expect(leader.terms).toEqual(['ended', 'works']);
  expect(leader.elector.fence()).toBe(true);
});

test.each([
  { it: 'names another replica as its holder', holder: 'second' },
  { it: 'names nobody', holder: '' },
])(
  'an older lease that $it is taken by nobody while its last holder may not know of the restore',
  async ({ holder }) => {
    const { lease, first, second } = await createPair();
    const backup = lease.stored ?? expect.fail('there is no lease');
    await pass(10_000, first, second);
    first.connection.state = 'refused';
    lease.stored = { ...backup, holder };
    await pass(14_000, second, first);
    expect(second.terms).toEqual([]);
    await pass(6_000, second, first);
    expect([first.terms, second.terms]).toEqual([['ended'], ['works']]);
  },
);

test('a leader goes on with a lease that somebody has edited', async () => {
  const lease = new FakeLease();
  const leader = createCandidate('leader', lease);
  await pass(500, leader);
  lease.put(lease.stored ?? expect.fail('there is no lease'));
  await pass(6_000, leader);
  expect(leader.terms).toEqual(['works']);
});

test('times in the lease decide nothing, so a clock that is an hour ahead takes nothing over', async () => {
  const lease = new FakeLease();
  const first = createCandidate('first', lease);
  await pass(500, first);
  const ahead = createCandidate('ahead', lease);
  ahead.clock.jump(3_600_000);
  await pass(60_000, first, ahead);
  expect([first.terms, ahead.terms]).toEqual([['works'], []]);
});

test('two candidates that start together do not lead together', async () => {
  const lease = new FakeLease();
  const candidates = [createCandidate('a', lease), createCandidate('b', lease)];
  await settle();
  await pass(30_000, ...candidates);
  expect(candidates.flatMap(({ terms }) => terms)).toEqual(['works']);
});

test('the fence is down before the lease is given up', async () => {
  const lease = new FakeLease();
  const leader = createCandidate('leader', lease);
  await pass(500, leader);
  const answer = Promise.withResolvers<void>();
  leader.connection.held = answer.promise;
  leader.stop();
  await settle();
  expect([leader.elector.fence(), lease.stored?.holder]).toEqual([false, 'leader']);
  answer.resolve();
  await leader.ended;
  // The API server takes no lease of no seconds.
  expect(lease.stored).toMatchObject({ holder: '', durationSeconds: 1 });
});

test('a lease that cannot be given up is left to run out, and the process ends', async () => {
  const lease = new FakeLease();
  const leader = createCandidate('leader', lease);
  await pass(500, leader);
  leader.connection.state = 'refused';
  leader.stop();
  await settle();
  await leader.ended;
  expect(leader.elector.fence()).toBe(false);
  expect(lease.stored?.holder).toBe('leader');
  expect(leader.log.lines).toContainEqual({
    level: 'warn',
    message: 'could not give the lease up',
    fields: { error: 'connection refused' },
  });
});

test('a leader whose work fails acts no more, and says that its term is over', async () => {
  const log = new RecordedLog();
  const stopped: string[] = [];
  const leadership = {
    onStartedLeading: () => Promise.reject(new Error('no work can be done')),
    onStoppedLeading: () => void stopped.push('stopped'),
  };
  const parts = { leases: new FakeLease().connect(), clock: new FakeClock(), log, leadership };
  const elector = new LeaderElector({ identity: 'clumsy', ...leaderTimes }, parts);
  await expect(elector.run(new AbortController().signal)).rejects.toThrow('no work can be done');
  expect([elector.fence(), stopped]).toEqual([false, ['stopped']]);
  expect(log.lines.map(({ message }) => message)).toEqual(['leading', 'not leading any more']);
});

test('a try that was given up takes no lease afterwards', async () => {
  const lease = new FakeLease();
  const answer = Promise.withResolvers<void>();
  const slow = createCandidate('slow', lease, { held: answer.promise });
  await pass(5_500, slow);
  answer.resolve();
  await settle();
  expect([slow.connection.reads, slow.connection.writes]).toEqual([1, 0]);
});

test('a candidate that is stopped while it takes the lease gives it up again', async () => {
  const lease = new FakeLease();
  const hasty = createCandidate('hasty', lease);
  hasty.stop();
  await settle();
  await hasty.ended;
  expect(hasty.terms).toEqual(['ended']);
  expect(lease.stored?.holder).toBe('');
});

test('a candidate that is stopped before it leads writes nothing', async () => {
  const { lease, first, second } = await createPair();
  const version = lease.stored?.resourceVersion;
  second.stop();
  await settle();
  await second.ended;
  expect(lease.stored?.resourceVersion).toBe(version);
  expect(first.elector.fence()).toBe(true);
});

const event = fc.oneof(
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 20 }).map((n) => n * 500) }),
  fc.record({
    do: fc.constant('freeze' as const),
    who: fc.nat(1),
    ms: fc.integer({ min: 1, max: 60 }).map((n) => n * 500),
  }),
  fc.record({ do: fc.constant('cut' as const), who: fc.nat(1), state: fc.constantFrom('up' as const, ...cuts) }),
);

test('whoever is frozen or cut off, no two candidates may act at once, and in the end one leads', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 8 }), async (events) => {
      const lease = new FakeLease();
      const candidates = [createCandidate('a', lease), createCandidate('b', lease)];
      for (const happens of events) {
        if (happens.do === 'pass') await pass(happens.ms, ...candidates);
        else if (happens.do === 'cut') {
          const cut = candidates[happens.who];
          if (cut) cut.connection.state = happens.state;
        } else {
          const others = candidates.filter((_, index) => index !== happens.who);
          const frozen = candidates[happens.who];
          await pass(happens.ms, ...others);
          frozen?.clock.jump(happens.ms);
          expect(candidates.filter(({ elector }) => elector.fence()).length).toBeLessThanOrEqual(1);
        }
      }
      for (const { connection } of candidates) connection.state = 'up';
      await pass(40_000, ...candidates);
      expect(candidates.filter(({ elector }) => elector.fence())).toHaveLength(1);
    }),
    { numRuns: 20 },
  );
});
