import type { KubeObject } from '../../../src/ports/kube.ts';
import type { TestCluster } from '../../helpers/cluster.ts';

/** What the operator's journal holds, besides the count of deletions, which stays. */
export async function claimsIn(cluster: TestCluster): Promise<readonly string[]> {
  const journal = await cluster.get<KubeObject & { data?: Record<string, string> }>(
    'ConfigMap',
    'sluice-system/sluice-journal',
  );
  return Object.values(journal?.data ?? {}).filter((entry) => !entry.includes('"thing":"deletions/'));
}
