import type { Clock } from '../../../src/ports/clock.ts';
import type { Log } from '../../../src/ports/log.ts';
import { ContainerRunner } from '../containers/container-runner.ts';
import { type PodFolders, type Preparer, prepareLaunch } from '../containers/prepare.ts';
import type { StartGroup } from '../containers/process.ts';
import type { Placement } from '../fields.ts';
import type { Container, Pod } from '../pod.ts';
import type { PodApi } from '../pod-api.ts';
import type { NodeSettings } from '../settings.ts';
import { wholeSeconds } from '../status/status.ts';
import { StatusReporter } from '../status/status-reporter.ts';

export interface PodContext {
  api: PodApi;
  preparer: Preparer;
  startGroup: StartGroup;
  clock: Clock;
  log: Log;
  settings: NodeSettings;
}

/** A pod while it is on this node. */
export interface HostedPod {
  /** Resolves when nothing of the pod runs any more, nor will, and its status says so. */
  run(): Promise<void>;
  /** Takes notice of the newest object; one that is being deleted ends its processes. */
  update(pod: Pod): void;
  /** Ends the processes: SIGTERM, then SIGKILL after `graceMs`. Called again it can only shorten the grace. */
  stop(graceMs: number): void;
  /** The object is gone, or the node goes: nothing is reported any more. */
  abandon(): void;
}

const DEFAULT_GRACE_SECONDS = 30;

/** Runs the processes of one pod and reports on them. */
export class PodRunner implements HostedPod {
  readonly #context: PodContext;
  readonly #placement: Placement;
  readonly #folders: PodFolders;
  readonly #containers: readonly ContainerRunner[];
  readonly #reporter: StatusReporter;
  #graceMs = Number.POSITIVE_INFINITY;

  constructor(pod: Pod, placement: Placement, folders: PodFolders, context: PodContext) {
    this.#context = context;
    this.#placement = placement;
    this.#folders = folders;
    this.#containers = pod.spec.containers.map((container) => this.#createContainer(pod, container));
    const startTime = pod.status?.startTime ?? wholeSeconds(context.clock.now());
    const readFacts = () => ({
      placement,
      startTime,
      containers: this.#containers.map(({ facts }) => facts),
      rejection: undefined,
    });
    this.#reporter = new StatusReporter(pod, readFacts, { ...context, retryMs: context.settings.apiRetryMs });
  }

  async run(): Promise<void> {
    this.update(this.#reporter.pod);
    await Promise.all(this.#containers.map((container) => container.run()));
    await this.#reporter.report();
  }

  update(pod: Pod): void {
    this.#reporter.update(pod);
    if (pod.metadata.deletionTimestamp === undefined) return;
    this.stop((pod.metadata.deletionGracePeriodSeconds ?? graceSecondsOf(pod)) * 1000);
  }

  stop(graceMs: number): void {
    if (graceMs >= this.#graceMs) return;
    this.#graceMs = graceMs;
    for (const container of this.#containers) container.stop(graceMs);
  }

  abandon(): void {
    this.#reporter.close();
    this.stop(this.#context.settings.stopGraceMs);
  }

  #createContainer(pod: Pod, container: Container): ContainerRunner {
    const { clock, settings, startGroup, preparer, log } = this.#context;
    const placed = { pod, container, placement: this.#placement, folders: this.#folders };
    return new ContainerRunner(container, {
      podIP: this.#placement.podIP,
      restartPolicy: pod.spec.restartPolicy ?? 'Always',
      graceMs: graceSecondsOf(pod) * 1000,
      before: pod.status?.containerStatuses?.find(({ name }) => name === container.name),
      prepare: () => prepareLaunch(placed, preparer),
      onChange: () => void this.#reporter.report(),
      startGroup,
      clock,
      log: log.child({ container: container.name }),
      settings,
    });
  }
}

function graceSecondsOf(pod: Pod): number {
  return pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}
