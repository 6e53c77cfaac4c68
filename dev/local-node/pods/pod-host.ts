import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { backoffMs } from '../backoff.ts';
import type { PodFolders } from '../containers/prepare.ts';
import { persist } from '../persist.ts';
import { isOver, type Pod } from '../pod.ts';
import { findUnsupported } from '../unsupported.ts';
import type { AddressPool } from './addresses.ts';
import { type HostedPod, type PodContext, PodRunner } from './pod-runner.ts';
import { RejectedPod } from './rejected-pod.ts';

export interface HostContext extends PodContext {
  addresses: AddressPool;
  nodeName: string;
  hostIP: string;
  folder: string;
  /** Called when an address has become free. */
  onRoom(): void;
}

interface Hosted {
  hosted: HostedPod;
  /** The newest object. */
  pod: Pod;
  over: boolean;
  removing: boolean;
  /** Resolves when nothing of the pod runs any more. */
  finished: Promise<void>;
}

/** The pods of this node, from the first sight of each until its object and its processes are gone. */
export class PodHost {
  readonly #context: HostContext;
  readonly #signal: AbortSignal;
  readonly #pods = new Map<string, Hosted>();
  /** How many pods of an owner were rejected. */
  readonly #rejections = new Map<string, number>();

  /** When `signal` aborts nothing is removed any more; then call `stop`. */
  constructor(context: HostContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
  }

  /** Takes notice of the newest object of a pod that is bound to this node. */
  notice(pod: Pod): void {
    const entry = this.#pods.get(pod.metadata.uid) ?? this.#admit(pod);
    entry.pod = pod;
    entry.hosted.update(pod);
    if (entry.over) this.#removeIfDeleted(entry);
  }

  /** The object is gone. */
  async forget(pod: Pod): Promise<void> {
    const { uid } = pod.metadata;
    const entry = this.#pods.get(uid);
    entry?.hosted.abandon();
    await entry?.finished;
    this.#pods.delete(uid);
    if (entry) await this.#clear(this.#foldersOf(pod).work);
    this.#release(uid);
  }

  /** Whether a pod of this name has processes, or will have. */
  isRunning(namespace: string, name: string): boolean {
    const key = `${namespace}/${name}`;
    return [...this.#pods.values()].some(({ pod, over }) => !over && keyOf(pod) === key);
  }

  /** Ends all processes; the pods' objects stay as they are. */
  async stop(): Promise<void> {
    for (const { hosted } of this.#pods.values()) hosted.abandon();
    await Promise.all([...this.#pods.values()].map(({ finished }) => finished));
  }

  #admit(pod: Pod): Hosted {
    const hosted = isOver(pod) ? overAlready : this.#create(pod);
    const entry: Hosted = { hosted, pod, over: false, removing: false, finished: Promise.resolve() };
    entry.finished = this.#run(entry);
    this.#pods.set(pod.metadata.uid, entry);
    return entry;
  }

  async #run(entry: Hosted): Promise<void> {
    try {
      await entry.hosted.run();
    } catch (error) {
      this.#context.log.error('a pod met a bug in the node', { pod: keyOf(entry.pod), error });
    }
    entry.over = true;
    this.#release(entry.pod.metadata.uid);
    this.#removeIfDeleted(entry);
  }

  #create(pod: Pod): HostedPod {
    const { addresses, nodeName, hostIP } = this.#context;
    const field = findUnsupported(pod);
    if (field !== undefined) return this.#reject(pod, 'Unsupported', `${field} is not supported by the local node`);
    const podIP = addresses.take(pod.metadata.uid);
    // Only a pod that somebody else bound to this node can come without an address.
    if (podIP === undefined) return this.#reject(pod, 'OutOfAddresses', 'the node has no free address');
    const folders = this.#foldersOf(pod);
    mkdirSync(folders.work, { recursive: true });
    return new PodRunner(pod, { podIP, hostIP, nodeName }, folders, this.#podContext(pod));
  }

  /** Each further pod of the same owner fails later than the one before, or the two would run in circles. */
  #reject(pod: Pod, reason: string, message: string): HostedPod {
    const { settings, nodeName, hostIP } = this.#context;
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid ?? pod.metadata.uid;
    const earlier = this.#rejections.get(owner) ?? 0;
    this.#rejections.set(owner, earlier + 1);
    const afterMs = backoffMs(earlier, { baseMs: settings.restartBackoffMs, maxMs: settings.restartBackoffMaxMs });
    return new RejectedPod(pod, { nodeName, hostIP }, { reason, message }, afterMs, this.#podContext(pod));
  }

  #podContext(pod: Pod): PodContext {
    return { ...this.#context, log: this.#context.log.child({ pod: keyOf(pod) }) };
  }

  #removeIfDeleted(entry: Hosted): void {
    if (entry.pod.metadata.deletionTimestamp === undefined || entry.removing) return;
    entry.removing = true;
    const { api, clock, log, settings } = this.#context;
    const context = { clock, log, retryMs: settings.apiRetryMs };
    void persist(() => api.remove(entry.pod), context, this.#signal);
  }

  async #clear(folder: string): Promise<void> {
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      this.#context.log.warn('cannot remove the files of a pod', { folder, error });
    }
  }

  #release(uid: string): void {
    if (this.#context.addresses.release(uid)) this.#context.onRoom();
  }

  /** Logs keep to the pod's name; what is removed belongs to one pod of that name only. */
  #foldersOf({ metadata }: Pod): PodFolders {
    const logs = path.join(this.#context.folder, 'pods', `${metadata.namespace}_${metadata.name}`);
    return { logs, work: path.join(logs, metadata.uid) };
  }
}

function keyOf({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** A pod that was over before this node saw it. */
const overAlready: HostedPod = { run: async () => {}, update: () => {}, stop: () => {}, abandon: () => {} };
