import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventConsumer } from '../../crds/event-consumer.ts';
import { Reason } from '../../crds/reasons.ts';
import type { Change, KubeObject, ResourceCache } from '../../ports/kube.ts';
import type { Autoscaler } from '../../ports/scale-target.ts';
import { type Trigger, watch } from '../../runtime/trigger.ts';
import { inNamespace, keysOf, onClusterChange, onLabels } from '../triggers.ts';
import { groupIdOf, targetKeyOf } from './identity.ts';
import { autoscalerIndex, groupIndex, scaleTargetIndex } from './indexes.ts';
import type { LagSource } from './lag-source.ts';
import type { Targets } from './targets.ts';

export interface ConsumerTriggerSources {
  consumers: ResourceCache<EventConsumer>;
  clusters: ResourceCache<EventCluster>;
  namespaces: ResourceCache<KubeObject>;
  targets: Targets;
  /** Autoscalers of others, which may drive a target of ours. */
  autoscalers: readonly ResourceCache<Autoscaler>[];
  lag: Pick<LagSource, 'subscribe'>;
}

/** What wakes EventConsumers, besides themselves. */
export function eventConsumerTriggers(sources: ConsumerTriggerSources): readonly Trigger[] {
  const { consumers, clusters, namespaces, targets, autoscalers, lag } = sources;
  const scaling = (target: string) => keysOf(consumers.byIndex(scaleTargetIndex, target));
  return [
    onClusterChange(clusters, consumers),
    onLabels(namespaces, (namespace) => inNamespace(consumers.list(), namespace)),
    // Nothing is known of a group before somebody asks, so there is nothing to wait for.
    { whenSynced: () => Promise.resolve(), subscribe: (wake) => lag.subscribe(wake) },
    ...Object.values(targets).map((ofKind) => ofKind.onChange(scaling)),
    ...autoscalers.map((cache) => watch(cache, (change) => drivenIn(change).flatMap(scaling))),
    watch(consumers, ({ before, after }) =>
      before && mayGiveWay(before, after)
        ? [...keysOf(consumers.byIndex(groupIndex, groupIdOf(before))), ...scaling(targetKeyOf(before))]
        : [],
    ),
  ];
}

function drivenIn({ before, after }: Change<Autoscaler>): readonly string[] {
  return [before, after].flatMap((autoscaler) => (autoscaler ? autoscalerIndex.valuesOf(autoscaler) : []));
}

/** Others wait for the group and the target of a consumer that leaves them; one that is refused holds neither. */
function mayGiveWay(before: EventConsumer, after: EventConsumer | undefined): boolean {
  const leaves = !after || after.metadata.deletionTimestamp !== undefined || targetKeyOf(after) !== targetKeyOf(before);
  return leaves || isRefused(before) !== isRefused(after);
}

function isRefused({ status }: EventConsumer): boolean {
  return status?.conditions?.find(({ type }) => type === 'Stalled')?.reason === Reason.NotGranted;
}
