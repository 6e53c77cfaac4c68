import type { Pod, PodStatus } from './pod.ts';
import type { SourceData, SourceRef } from './sources.ts';

/** What the node asks of the API server for its pods. Throws Fault. */
export interface PodApi {
  /** Gives a pod that has no node to this one. */
  bind(pod: Pod, nodeName: string): Promise<void>;
  /** A fault of kind `conflict`: `pod` is not the newest, or is gone. */
  writeStatus(pod: Pod, status: Partial<PodStatus>): Promise<void>;
  /** Deletes the object for good; no fault if it is gone. */
  remove(pod: Pod): Promise<void>;
  /** Undefined: it is not there. */
  readSource(namespace: string, ref: SourceRef): Promise<SourceData | undefined>;
}
