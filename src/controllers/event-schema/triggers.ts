import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventSchema } from '../../crds/event-schema.ts';
import type { KubeObject, ResourceCache } from '../../ports/kube.ts';
import { type Trigger, watch } from '../../runtime/trigger.ts';
import { inNamespace, keysOf, onClusterChange, onLabels } from '../triggers.ts';
import { referenceIndex, subjectIndex } from './indexes.ts';
import { subjectOf } from './subject.ts';

export interface SchemaTriggerSources {
  schemas: ResourceCache<EventSchema>;
  clusters: ResourceCache<EventCluster>;
  namespaces: ResourceCache<KubeObject>;
}

/** What wakes EventSchemas, besides themselves. */
export function eventSchemaTriggers({ schemas, clusters, namespaces }: SchemaTriggerSources): readonly Trigger[] {
  return [
    onClusterChange(clusters, schemas),
    onLabels(namespaces, (namespace) => inNamespace(schemas.list(), namespace)),
    // A resource that goes leaves its subject to the next one that asks for it.
    watch(schemas, ({ before, after }) =>
      before && !after ? keysOf(schemas.byIndex(subjectIndex, subjectOf(before))) : [],
    ),
    // Schemas that refer to a subject wait for versions of it.
    watch(schemas, ({ before, after }) =>
      after?.status?.latestVersion !== undefined && after.status.latestVersion !== before?.status?.latestVersion
        ? keysOf(schemas.byIndex(referenceIndex, subjectOf(after)))
        : [],
    ),
  ];
}
