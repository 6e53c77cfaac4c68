import { describe, expect, it } from 'vitest';
import { ContainerRunner } from '../../../../dev/local-node/containers/container-runner.ts';
import type { Prepared } from '../../../../dev/local-node/containers/prepare.ts';
import type { Container, ContainerStatus, Probe } from '../../../../dev/local-node/pod.ts';
import { defaultSettings } from '../../../../dev/local-node/settings.ts';
import { FakeClock, settle } from '../../../fakes/fake-clock.ts';
import { FakeProcesses, quiet } from '../fake-node.ts';
import { container } from '../pods.ts';

const launch = { command: ['node', 'server.mjs'], cwd: '/app', env: {}, logFile: '/logs/web.log' };
const ready: Prepared = { kind: 'launch', launch, imageID: 'folder:web' };

interface Setup {
  fields?: Partial<Container>;
  restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  /** One answer for each preparation; the last one stays. */
  prepared?: readonly Prepared[];
  before?: ContainerStatus;
}

async function start({ fields, restartPolicy = 'Always', prepared = [ready], before }: Setup = {}) {
  const clock = new FakeClock();
  const processes = new FakeProcesses();
  const answers = [...prepared];
  const runner = new ContainerRunner(container(fields), {
    podIP: '127.100.9.10',
    restartPolicy,
    graceMs: 5_000,
    before,
    prepare: async () => (answers.length > 1 ? answers.shift() : undefined) ?? answers[0] ?? ready,
    onChange: () => {},
    startGroup: processes.start,
    clock,
    log: quiet,
    settings: defaultSettings,
  });
  let over = false;
  void runner.run().then(() => {
    over = true;
  });
  await settle();
  return { clock, processes, runner, isOver: () => over };
}

describe('a container', () => {
  it('runs its command and is ready at once without probes', async () => {
    const { runner, processes } = await start();
    expect(processes.newest.launch).toEqual(launch);
    expect(runner.facts).toMatchObject({
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      ready: true,
      started: true,
      restartCount: 0,
      imageID: 'folder:web',
      containerID: 'process://7',
    });
  });

  const policies = [
    { it: 'comes back after failure', restartPolicy: 'Always', exitCode: 1, over: false },
    { it: 'comes back after success', restartPolicy: 'Always', exitCode: 0, over: false },
    { it: 'comes back on failure if asked', restartPolicy: 'OnFailure', exitCode: 1, over: false },
    {
      it: 'does not come back after success if only failure counts',
      restartPolicy: 'OnFailure',
      exitCode: 0,
      over: true,
    },
    { it: 'never comes back if asked', restartPolicy: 'Never', exitCode: 1, over: true },
  ] as const;
  it.each(policies)('$it', async ({ restartPolicy, exitCode, over }) => {
    const { processes, isOver, clock } = await start({ restartPolicy });
    processes.newest.end(exitCode);
    await clock.advance(0);
    expect({ over: isOver(), started: processes.all.length }).toEqual({ over, started: over ? 1 : 2 });
  });

  it('restarts at once, then after 10 s, then after 20 s', async () => {
    const { processes, clock, runner } = await start();
    processes.newest.end(1);
    await clock.advance(0);
    for (const waitMs of [10_000, 20_000]) {
      const before = processes.all.length;
      processes.newest.end(1);
      await clock.advance(waitMs - 1);
      expect(runner.facts.state.waiting?.reason).toBe('CrashLoopBackOff');
      expect(runner.facts.lastState.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
      expect(processes.all).toHaveLength(before);
      await clock.advance(1);
      expect(processes.all).toHaveLength(before + 1);
    }
    expect(runner.facts.restartCount).toBe(3);
  });

  it('forgets its crashes after it ran for ten minutes', async () => {
    const { processes, clock } = await start();
    processes.newest.end(1);
    await clock.advance(600_000);
    processes.newest.end(1);
    await clock.advance(0);
    expect(processes.all).toHaveLength(3);
  });

  it('waits for an image with a reason, and looks again more and more slowly', async () => {
    const missing: Prepared = { kind: 'wait', cause: 'image', message: 'image "web:1" is not in images.json' };
    const { runner, clock, processes } = await start({ prepared: [missing, missing, ready] });
    expect(runner.facts.state.waiting).toEqual({ reason: 'ErrImagePull', message: missing.message });
    await clock.advance(10_000);
    expect(runner.facts.state.waiting).toEqual({ reason: 'ImagePullBackOff', message: missing.message });
    await clock.advance(19_999);
    expect(processes.all).toHaveLength(0);
    await clock.advance(1);
    expect(runner.facts.state).toHaveProperty('running');
  });

  it('waits for its configuration with a reason, and looks again every two seconds', async () => {
    const missing: Prepared = { kind: 'wait', cause: 'config', message: 'ConfigMap "settings" is not there' };
    const { runner, clock } = await start({ prepared: [missing, missing, ready] });
    expect(runner.facts.state.waiting).toEqual({ reason: 'CreateContainerConfigError', message: missing.message });
    await clock.advance(4_000);
    expect(runner.facts.state).toHaveProperty('running');
  });

  it('counts the loss of its process with an earlier node as a restart', async () => {
    const before: ContainerStatus = {
      name: 'web',
      image: 'web:1',
      imageID: '',
      state: { running: { startedAt: '2025-12-31T00:00:00Z' } },
      lastState: {},
      restartCount: 2,
      ready: true,
      started: true,
    };
    const { runner } = await start({ before });
    expect(runner.facts.restartCount).toBe(3);
    expect(runner.facts.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
  });
});

describe('stopping a container', () => {
  it('asks, waits for the grace, then kills, and nothing comes back', async () => {
    const { runner, processes, clock, isOver } = await start();
    runner.stop(5_000);
    await clock.advance(4_999);
    expect(processes.newest.signals).toEqual(['SIGTERM']);
    await clock.advance(1);
    expect(processes.newest.signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect({ over: isOver(), started: processes.all.length }).toEqual({ over: true, started: 1 });
    expect(runner.facts).toMatchObject({ state: { terminated: { exitCode: 137 } }, ready: false });
  });

  it('does not kill a process that ends in time', async () => {
    const { runner, processes, clock, isOver } = await start();
    runner.stop(5_000);
    processes.newest.end(0);
    await clock.advance(10_000);
    expect(processes.newest.signals).toEqual(['SIGTERM']);
    expect({ over: isOver(), timers: clock.timers }).toEqual({ over: true, timers: 0 });
  });

  it('shortens the grace when asked again', async () => {
    const { runner, processes, clock } = await start();
    runner.stop(30_000);
    runner.stop(1_000);
    await clock.advance(1_000);
    expect(processes.newest.signals).toContain('SIGKILL');
  });

  it('ends the wait of a crash loop', async () => {
    const { runner, processes, clock, isOver } = await start();
    processes.newest.end(1);
    await clock.advance(0);
    processes.newest.end(1);
    await clock.advance(1_000);
    runner.stop(5_000);
    await clock.advance(60_000);
    expect({ over: isOver(), started: processes.all.length }).toEqual({ over: true, started: 2 });
  });

  it('starts nothing when it was stopped while it was being prepared', async () => {
    const missing: Prepared = { kind: 'wait', cause: 'config', message: 'ConfigMap "settings" is not there' };
    const { runner, processes, clock, isOver } = await start({ prepared: [missing, ready] });
    runner.stop(5_000);
    await clock.advance(60_000);
    expect({ over: isOver(), started: processes.all.length }).toEqual({ over: true, started: 0 });
  });
});

describe('probes of a container', () => {
  const check: Probe = { exec: { command: ['check'] }, periodSeconds: 10, timeoutSeconds: 600, failureThreshold: 2 };

  /** Ends the try that is under way. */
  async function answer(processes: FakeProcesses, passed: boolean): Promise<void> {
    processes.newest.end(passed ? 0 : 1);
    await settle();
  }

  it('make it ready soon after the first success', async () => {
    const { runner, processes, clock } = await start({ fields: { readinessProbe: check } });
    await clock.advance(0);
    await answer(processes, false);
    expect(runner.facts.ready).toBe(false);
    await clock.advance(100);
    await answer(processes, true);
    expect(runner.facts.ready).toBe(true);
  });

  it('make it unready after enough failures, and ready again', async () => {
    const { runner, processes, clock } = await start({ fields: { readinessProbe: check } });
    const seen: boolean[] = [];
    await clock.advance(0);
    for (const passed of [true, false, false, true]) {
      await answer(processes, passed);
      seen.push(runner.facts.ready);
      await clock.advance(10_000);
    }
    expect(seen).toEqual([true, true, false, true]);
  });

  it('restart it with its grace when the liveness probe gives up', async () => {
    const { processes, clock } = await start({ fields: { livenessProbe: check } });
    const server = processes.newest;
    await clock.advance(0);
    for (const passed of [true, false, false]) {
      await answer(processes, passed);
      await clock.advance(5_000);
      if (server.signals.length === 0) await clock.advance(5_000);
    }
    expect(server.signals).toEqual(['SIGTERM', 'SIGKILL']);
    expect(processes.all.filter(({ launch }) => launch.command[0] === 'node')).toHaveLength(2);
  });

  it('hold back the other probes until the startup probe passed', async () => {
    const other = { ...check, exec: { command: ['other'] } };
    const fields = { startupProbe: check, readinessProbe: other };
    const { runner, processes, clock } = await start({ fields });
    await clock.advance(0);
    expect(processes.newest.launch.command).toEqual(['check']);
    expect(runner.facts).toMatchObject({ started: false, ready: false });
    await answer(processes, true);
    await clock.advance(0);
    expect(runner.facts.started).toBe(true);
    expect(processes.newest.launch.command).toEqual(['other']);
  });

  it('restart it when the startup probe gives up', async () => {
    const grace = { ...check, failureThreshold: 1, terminationGracePeriodSeconds: 1 };
    const { processes, clock } = await start({ fields: { startupProbe: grace } });
    const server = processes.newest;
    await clock.advance(0);
    await answer(processes, false);
    await clock.advance(1_000);
    expect(server.signals).toEqual(['SIGTERM', 'SIGKILL']);
  });
});
