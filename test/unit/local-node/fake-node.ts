import type { Launch, ProcessEnd, ProcessGroup } from '../../../dev/local-node/containers/process.ts';
import type { Pod, PodStatus } from '../../../dev/local-node/pod.ts';
import type { PodApi } from '../../../dev/local-node/pod-api.ts';
import type { SourceData } from '../../../dev/local-node/sources.ts';
import { Fault } from '../../../src/ports/fault.ts';
import type { Log } from '../../../src/ports/log.ts';
import { bytesOf } from './sources.ts';

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** A process that ends when a test says so. */
export class FakeProcess implements ProcessGroup {
  readonly pid = 7;
  readonly signals: NodeJS.Signals[] = [];
  readonly ended: Promise<ProcessEnd>;
  readonly launch: Launch;
  readonly end: (exitCode: number) => void;

  constructor(launch: Launch) {
    const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
    this.launch = launch;
    this.ended = promise;
    this.end = (exitCode) => resolve({ exitCode });
  }

  /** SIGKILL ends it; SIGTERM it notes and ignores. */
  signal(signal: NodeJS.Signals): void {
    this.signals.push(signal);
    if (signal === 'SIGKILL') this.end(137);
  }
}

/** All processes that were started, in order. */
export class FakeProcesses {
  readonly all: FakeProcess[] = [];

  readonly start = (launch: Launch): FakeProcess => {
    const started = new FakeProcess(launch);
    this.all.push(started);
    return started;
  };

  get newest(): FakeProcess {
    const newest = this.all.at(-1);
    if (newest === undefined) throw new Error('no process was started');
    return newest;
  }
}

/** The API server's side of a node's pods, by name. */
export class FakePodApi implements PodApi {
  readonly bound = new Map<string, string>();
  readonly statuses = new Map<string, Partial<PodStatus>>();
  readonly removed: string[] = [];
  readonly sources = new Map<string, Readonly<Record<string, string>>>();
  statusWrites = 0;
  /** Each call takes the next one and throws it. */
  readonly failures: Fault[] = [];

  async bind(pod: Pod, nodeName: string): Promise<void> {
    this.#fail();
    this.bound.set(pod.metadata.name, nodeName);
  }

  async writeStatus(pod: Pod, status: Partial<PodStatus>): Promise<void> {
    this.#fail();
    this.statusWrites += 1;
    this.statuses.set(pod.metadata.name, status);
  }

  async remove(pod: Pod): Promise<void> {
    this.#fail();
    this.removed.push(pod.metadata.name);
  }

  async readSource(_namespace: string, ref: { kind: string; name: string }): Promise<SourceData | undefined> {
    const texts = this.sources.get(`${ref.kind}/${ref.name}`);
    return texts && bytesOf(texts);
  }

  #fail(): void {
    const failure = this.failures.shift();
    if (failure) throw failure;
  }
}

export function fault(kind: 'unavailable' | 'conflict' | 'rejected'): Fault {
  return new Fault('kubernetes', kind, `the API server says ${kind}`);
}
