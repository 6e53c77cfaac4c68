import type { CallOptions, KubeObject } from './kube.ts';

/** What the operator uses of a Deployment. */
export interface Deployment extends KubeObject {
  spec: { replicas?: number; paused?: boolean };
  status?: { replicas?: number; readyReplicas?: number; updatedReplicas?: number; observedGeneration?: number };
}

/** A HorizontalPodAutoscaler or a ScaledObject: something else that drives a target. */
export interface Autoscaler extends KubeObject {
  spec: { scaleTargetRef: { apiVersion?: string; kind?: string; name: string } };
}

export interface ScaleWriter {
  /** Sets the replicas through the scale subresource; a mismatch of resourceVersion is a Fault of kind `conflict`. */
  scale(target: Deployment, replicas: number, options: CallOptions): Promise<void>;
}
