import type { EventConsumer } from '../../crds/event-consumer.ts';
import type { ObjectKey } from '../../ports/kube.ts';
import type { ScaleTarget, TargetKind } from '../../ports/scale-target.ts';
import type { Trigger } from '../../runtime/trigger.ts';

/** The objects of one kind that can be scaled. */
export interface TargetsOfKind {
  /** By `namespace/name`. */
  get(key: ObjectKey): ScaleTarget | undefined;
  /** A change of a target wakes the keys that `keysOf` gives for the target's own, as `Deployment/shop/payment`. */
  onChange(keysOf: (target: string) => Iterable<ObjectKey>): Trigger;
}

export type Targets = Readonly<Record<TargetKind, TargetsOfKind>>;

/** What the resource scales; `undefined`: it does not exist. */
export function targetOf(targets: Targets, { metadata, spec }: EventConsumer): ScaleTarget | undefined {
  const { kind, name } = spec.targetRef;
  return targets[kind].get(`${metadata.namespace}/${name}`);
}
