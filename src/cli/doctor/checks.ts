import type { KubeClient } from '../../adapters/kube/client/client.ts';
import { kinds } from '../../crds/index.ts';
import { apiVersion } from '../../crds/names.ts';
import { Fault } from '../../ports/fault.ts';
import type { LeaseRecord } from '../../ports/lease.ts';
import { eventTopics, typeOf } from '../resources.ts';

/** What was looked at: all is well, or what is wrong and the next step. */
export type Finding = { kind: 'fine'; message: string } | { kind: 'wrong'; message: string; next: string };

const installKinds = 'Install the CRDs of this version: the chart does so with crds.install, or apply config/crd.';
const looks = 20;

/** Whether the API server knows all kinds in the version that this program speaks. */
export async function checkKinds(
  client: Pick<KubeClient, 'list'>,
  namespace: string,
  signal: AbortSignal,
): Promise<Finding> {
  const names = kinds.map(({ kind }) => kind).join(', ');
  return refusedAsFinding(installKinds, async () => {
    for (const kind of kinds) {
      const type = typeOf(kind);
      await client.list(type, { signal, ...(type.namespaced && { namespace }) });
    }
    return { kind: 'fine', message: `the API server serves ${names} as ${apiVersion}` };
  });
}

/** Whether the API server takes an EventTopic that is right and refuses one that is wrong. Nothing is stored. */
export async function checkRules(
  client: Pick<KubeClient, 'previewApply'>,
  namespace: string,
  signal: AbortSignal,
): Promise<Finding> {
  const name = 'sluice-doctor';
  const preview = (partitions: number) =>
    client.previewApply(
      eventTopics,
      `${namespace}/${name}`,
      { apiVersion, kind: eventTopics.kind, metadata: { name, namespace }, spec: { partitions } },
      { signal },
    );
  return refusedAsFinding(installKinds, async () => {
    await preview(1);
    try {
      await preview(0);
    } catch (error) {
      if (!isFault(error, 'rejected')) throw error;
      return { kind: 'fine', message: 'the API server takes a right EventTopic and refuses a wrong one' };
    }
    return { kind: 'wrong', message: 'the API server takes an EventTopic of 0 partitions', next: installKinds };
  });
}

/**
 * Whether a replica of the operator leads. Times in the Lease are by the clock of another machine, so what counts is that
 * somebody renews it while we look.
 */
export async function checkLeader(
  read: () => Promise<LeaseRecord | undefined>,
  pause: () => Promise<void>,
  namespace: string,
): Promise<Finding> {
  const next = `Does it run? kubectl --namespace ${namespace} get pods; --operator-namespace says where else to look.`;
  return refusedAsFinding(next, async () => {
    let first: LeaseRecord | undefined;
    for (let look = 0; look < looks; look += 1) {
      const lease = await read();
      first ??= lease;
      const renewed = lease?.renewedAt.getTime() !== first?.renewedAt.getTime();
      if (lease && lease.holder !== '' && renewed) return { kind: 'fine', message: `${lease.holder} leads` };
      await pause();
    }
    const held = first?.holder ? `; "${first.holder}" held it last` : '';
    return { kind: 'wrong', message: `nobody renews the Lease sluice-leader in ${namespace}${held}`, next };
  });
}

/** What the API server refuses is a finding; that it does not answer is a failure of the program. */
async function refusedAsFinding(next: string, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    if (isFault(error, 'denied')) {
      return { kind: 'wrong', message: error.message, next: 'Ask as somebody who may, or have it granted to you.' };
    }
    if (isFault(error, 'rejected')) return { kind: 'wrong', message: error.message, next };
    throw error;
  }
}

function isFault(error: unknown, kind: Fault['kind']): error is Fault {
  return error instanceof Fault && error.kind === kind;
}
