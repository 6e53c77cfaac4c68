import type { Placement } from '../fields.ts';
import type { Pod } from '../pod.ts';
import { sleep } from '../sleep.ts';
import { type ContainerFacts, type Rejection, wholeSeconds } from '../status/status.ts';
import { StatusReporter } from '../status/status-reporter.ts';
import type { HostedPod, PodContext } from './pod-runner.ts';

/** A pod that cannot run here: its containers say why, and after a while the pod fails for good. */
export class RejectedPod implements HostedPod {
  readonly #context: PodContext;
  readonly #afterMs: number;
  readonly #reporter: StatusReporter;
  readonly #stopping = new AbortController();
  #failed = false;

  /** Fails `afterMs` from the start: whoever owns the pod replaces a failed one at once. */
  constructor(pod: Pod, node: Omit<Placement, 'podIP'>, rejection: Rejection, afterMs: number, context: PodContext) {
    this.#context = context;
    this.#afterMs = afterMs;
    const startTime = wholeSeconds(context.clock.now());
    const containers = pod.spec.containers.map(({ name, image }) => waitingContainer(name, image, rejection));
    const readFacts = () => ({
      placement: { ...node, podIP: undefined },
      startTime,
      containers,
      rejection: this.#failed ? rejection : undefined,
    });
    this.#reporter = new StatusReporter(pod, readFacts, { ...context, retryMs: context.settings.apiRetryMs });
  }

  async run(): Promise<void> {
    this.update(this.#reporter.pod);
    if (this.#afterMs > 0) void this.#reporter.report();
    await sleep(this.#context.clock, this.#afterMs, this.#stopping.signal);
    this.#failed = true;
    await this.#reporter.report();
  }

  update(pod: Pod): void {
    this.#reporter.update(pod);
    if (pod.metadata.deletionTimestamp !== undefined) this.stop();
  }

  stop(): void {
    this.#stopping.abort();
  }

  abandon(): void {
    this.#reporter.close();
    this.stop();
  }
}

function waitingContainer(name: string, image: string, rejection: Rejection): ContainerFacts {
  return {
    name,
    image,
    imageID: '',
    containerID: undefined,
    state: { waiting: rejection },
    lastState: {},
    restartCount: 0,
    ready: false,
    started: false,
  };
}
