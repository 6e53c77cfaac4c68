import type { KubeObject, PolicyRule } from '../../ports/kube.ts';
import type { LeaseRecord, LeaseStore, NewLease } from '../../ports/lease.ts';
import type { KubeClient } from './client/client.ts';
import { leases } from './resource-type.ts';
import { isTime, microTime } from './times.ts';

/** A fixed name, so that the operator's role can be limited to it. */
export const leaseName = 'sluice-leader';

export const leaseRules: readonly PolicyRule[] = [
  // A name cannot limit a create.
  { apiGroups: [leases.group], resources: [leases.plural], verbs: ['create'], scope: 'operator-namespace' },
  {
    apiGroups: [leases.group],
    resources: [leases.plural],
    verbs: ['get', 'patch'],
    resourceNames: [leaseName],
    scope: 'operator-namespace',
  },
];

/** `coordination.k8s.io/v1`; everything may be absent from a Lease that somebody made by hand. */
interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    acquireTime?: string;
    renewTime?: string;
    leaseDurationSeconds?: number;
    leaseTransitions?: number;
  };
}

/** The lease of the operators of one namespace. `client` must not be fenced: the fence is what the lease decides. */
export function createLeaseStore(client: KubeClient, namespace: string): LeaseStore {
  const key = `${namespace}/${leaseName}`;
  return {
    async read(signal) {
      const lease = await client.get<Lease>(leases, key, { signal });
      return lease && recordOf(lease);
    },
    async create(record, signal) {
      const body = { metadata: { name: leaseName, namespace }, spec: specOf(record) };
      return recordOf(await client.create<Lease>(leases, body, { signal }));
    },
    async replace(record, signal) {
      const { resourceVersion } = record;
      const patch = { metadata: { resourceVersion }, spec: specOf(record) };
      return recordOf(await client.patch<Lease>(leases, key, patch, { signal }));
    },
  };
}

function recordOf({ metadata, spec = {} }: Lease): LeaseRecord {
  return {
    holder: spec.holderIdentity ?? '',
    acquiredAt: timeOf(spec.acquireTime),
    renewedAt: timeOf(spec.renewTime),
    durationSeconds: spec.leaseDurationSeconds ?? 0,
    transitions: spec.leaseTransitions ?? 0,
    resourceVersion: metadata.resourceVersion,
  };
}

function specOf(record: NewLease): Required<Lease>['spec'] {
  return {
    holderIdentity: record.holder,
    acquireTime: microTime(record.acquiredAt),
    renewTime: microTime(record.renewedAt),
    leaseDurationSeconds: record.durationSeconds,
    leaseTransitions: record.transitions,
  };
}

function timeOf(text: string | undefined): Date {
  return new Date(isTime(text) ? text : 0);
}
