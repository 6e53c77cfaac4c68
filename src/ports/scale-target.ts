import type { CallOptions, KubeObject, ObjectMeta } from './kube.ts';

/** Kinds that can be scaled. */
export type TargetKind = 'Deployment';

/** What is scaled, whatever its kind. */
export interface ScaleTarget {
  kind: TargetKind;
  /** With its kind: `Deployment/shop/payment`. */
  key: string;
  /** Of the object that was looked at: a write names its uid and version. */
  metadata: ObjectMeta;
  /** What it asks for, and how many of them are ready. */
  replicas: number;
  ready: number;
  /** Its pods are not replaced for now. */
  paused: boolean;
}

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
  scale(target: ScaleTarget, replicas: number, options: CallOptions): Promise<void>;
}
