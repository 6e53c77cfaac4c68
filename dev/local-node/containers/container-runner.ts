import path from 'node:path';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Log } from '../../../src/ports/log.ts';
import { backoffMs } from '../backoff.ts';
import type { Container, ContainerState, ContainerStatus, Probe, Terminated } from '../pod.ts';
import type { ProbeTarget } from '../probes/try-probe.ts';
import { watchProbes } from '../probes/watch-probes.ts';
import type { NodeSettings } from '../settings.ts';
import { sleep } from '../sleep.ts';
import { type ContainerFacts, wholeSeconds } from '../status/status.ts';
import type { Prepared } from './prepare.ts';
import type { Launch, ProcessEnd, ProcessGroup, StartGroup } from './process.ts';

export interface ContainerContext {
  podIP: string;
  restartPolicy: 'Always' | 'OnFailure' | 'Never';
  graceMs: number;
  /** What the pod's status said about this container before this node took it on. */
  before: ContainerStatus | undefined;
  prepare(): Promise<Prepared>;
  /** Called after each change of the facts. */
  onChange(): void;
  startGroup: StartGroup;
  clock: Clock;
  log: Log;
  settings: NodeSettings;
}

/** Keeps one container's process as the restart policy wants it, and says what it sees. */
export class ContainerRunner {
  readonly #container: Container;
  readonly #context: ContainerContext;
  readonly #stopping = new AbortController();
  #facts: ContainerFacts;
  #group: ProcessGroup | undefined;

  constructor(container: Container, context: ContainerContext) {
    this.#container = container;
    this.#context = context;
    this.#facts = factsBefore(container, context.before);
  }

  get facts(): ContainerFacts {
    return this.#facts;
  }

  /** Resolves when the process is gone and none will follow. */
  async run(): Promise<void> {
    const { clock, settings } = this.#context;
    for (let restarts = 0; ; restarts++) {
      const launch = await this.#awaitLaunch();
      if (launch === undefined) return;
      const startMs = clock.monotonicMs();
      const end = await this.#runOnce(launch);
      if (!this.#comesBack(end)) return;
      if (clock.monotonicMs() - startMs >= settings.restartBackoffResetMs) restarts = 0;
      if (!(await this.#backOff(restarts))) return;
      this.#change({ restartCount: this.#facts.restartCount + 1 });
    }
  }

  /** SIGTERM, then SIGKILL after `graceMs`; nothing is started any more. May be called again with less time. */
  stop(graceMs: number): void {
    this.#stopping.abort();
    if (this.#group) this.#end(this.#group, graceMs);
  }

  async #awaitLaunch(): Promise<{ launch: Launch; imageID: string } | undefined> {
    const { settings, clock } = this.#context;
    for (let tries = 0; !this.#stopping.signal.aborted; tries++) {
      const prepared = await this.#context.prepare();
      if (prepared.kind === 'launch') return prepared;
      const image = prepared.cause === 'image';
      const reason = image ? (tries === 0 ? 'ErrImagePull' : 'ImagePullBackOff') : 'CreateContainerConfigError';
      this.#change({ state: { waiting: { reason, message: prepared.message } } });
      const waitMs = image ? backoffMs(tries + 1, limitsOf(settings)) : settings.configRetryMs;
      if (!(await sleep(clock, waitMs, this.#stopping.signal))) return undefined;
    }
    return undefined;
  }

  async #runOnce({ launch, imageID }: { launch: Launch; imageID: string }): Promise<ProcessEnd> {
    // Stopped while it was being prepared: there is nothing to end, so nothing may begin.
    if (this.#stopping.signal.aborted) return { exitCode: 0 };
    const { clock, log, startGroup } = this.#context;
    const group = startGroup(launch);
    this.#group = group;
    const startedAt = wholeSeconds(clock.now());
    const containerID = group.pid === undefined ? undefined : `process://${group.pid}`;
    log.info('container started', { podIP: this.#context.podIP, pid: group.pid });
    this.#change({ imageID, containerID, state: { running: { startedAt } }, ...lastStateOf(this.#facts) });
    const probing = new AbortController();
    const watching = this.#watch(launch, group, probing.signal);
    const end = await group.ended;
    this.#group = undefined;
    probing.abort();
    await watching;
    const terminated = describeEnd(end, startedAt, wholeSeconds(clock.now()));
    log.info('container ended', { exitCode: end.exitCode, startError: end.startError });
    this.#change({ state: { terminated }, ready: false, started: false });
    return end;
  }

  #watch(launch: Launch, group: ProcessGroup, signal: AbortSignal): Promise<void> {
    const { podIP, clock, settings, graceMs } = this.#context;
    const target: ProbeTarget = { podIP, container: this.#container, exec: this.#execIn(launch) };
    const findings = {
      onStarted: () => this.#change({ started: true }),
      onReady: (ready: boolean) => this.#change({ ready }),
      onUnhealthy: (kind: string, probe: Probe, message: string) => {
        this.#context.log.warn('container is unhealthy and is ended', { probe: kind, why: message });
        const ownGrace = probe.terminationGracePeriodSeconds;
        this.#end(group, ownGrace === undefined ? graceMs : ownGrace * 1000);
      },
    };
    return watchProbes({ target, clock, earlyMs: settings.earlyProbeMs }, findings, signal);
  }

  /** Commands of probes run as the container does, and write beside its log. */
  #execIn(launch: Launch): ProbeTarget['exec'] {
    const logFile = path.join(path.dirname(launch.logFile), `${this.#container.name}.probes.log`);
    return async (command, signal) => {
      const group = this.#context.startGroup({ ...launch, command, logFile });
      const kill = () => group.signal('SIGKILL');
      signal.addEventListener('abort', kill, { once: true });
      const end = await group.ended;
      signal.removeEventListener('abort', kill);
      return end.exitCode;
    };
  }

  #end(group: ProcessGroup, graceMs: number): void {
    group.signal('SIGTERM');
    const timer = this.#context.clock.after(graceMs, () => group.signal('SIGKILL'));
    void group.ended.then(() => timer.cancel());
  }

  #comesBack(end: ProcessEnd): boolean {
    if (this.#stopping.signal.aborted) return false;
    const { restartPolicy } = this.#context;
    return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && end.exitCode !== 0);
  }

  async #backOff(restarts: number): Promise<boolean> {
    const { clock, settings } = this.#context;
    const waitMs = backoffMs(restarts, limitsOf(settings));
    if (waitMs > 0) {
      const message = `ended again; starts anew ${waitMs / 1000} s after its end`;
      this.#change({ state: { waiting: { reason: 'CrashLoopBackOff', message } }, ...lastStateOf(this.#facts) });
    }
    return await sleep(clock, waitMs, this.#stopping.signal);
  }

  #change(facts: Partial<ContainerFacts>): void {
    this.#facts = { ...this.#facts, ...facts };
    this.#context.onChange();
  }
}

function limitsOf(settings: NodeSettings): { baseMs: number; maxMs: number } {
  return { baseMs: settings.restartBackoffMs, maxMs: settings.restartBackoffMaxMs };
}

/** What is an end now is the last end once the state moves on. */
function lastStateOf(facts: ContainerFacts): { lastState: ContainerState } {
  return { lastState: facts.state.terminated ? { terminated: facts.state.terminated } : facts.lastState };
}

function describeEnd(end: ProcessEnd, startedAt: string, finishedAt: string): Terminated {
  const times = { startedAt, finishedAt };
  if (end.startError !== undefined) {
    return { exitCode: end.exitCode, reason: 'StartError', message: end.startError, ...times };
  }
  const signal = end.signal === undefined ? {} : { signal: end.signal };
  return { exitCode: end.exitCode, ...signal, reason: end.exitCode === 0 ? 'Completed' : 'Error', ...times };
}

/** A process that an earlier node started is gone with that node: to the pod that is one more restart. */
function factsBefore(container: Container, before: ContainerStatus | undefined): ContainerFacts {
  const facts: ContainerFacts = {
    name: container.name,
    image: container.image,
    imageID: '',
    containerID: undefined,
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: before?.lastState ?? {},
    restartCount: before?.restartCount ?? 0,
    ready: false,
    started: false,
  };
  if (before === undefined || before.state.waiting !== undefined) return facts;
  const message = 'the process ended with the node that ran it';
  const lost: Terminated = { exitCode: 137, reason: 'ContainerStatusUnknown', message };
  const terminated = before.state.terminated ?? lost;
  return { ...facts, lastState: { terminated }, restartCount: facts.restartCount + 1 };
}
