import type { KubeObject } from '../../../src/ports/kube.ts';
import type { TestCluster } from '../../helpers/cluster.ts';

/** The count of deletions, and what resources left behind that went. */
const staying = ['"thing":"deletions/', '"thing":"departures"'];

/** What the operator's journal holds, besides what stays there for a while. */
export async function claimsIn(cluster: TestCluster): Promise<readonly string[]> {
  const entries = await entriesIn(cluster);
  return entries.filter((entry) => !staying.some((part) => entry.includes(part)));
}

/** Each as the text that is stored. */
export async function entriesIn(cluster: TestCluster): Promise<readonly string[]> {
  const journal = await cluster.get<KubeObject & { data?: Record<string, string> }>(
    'ConfigMap',
    'sluice-system/sluice-journal',
  );
  return Object.values(journal?.data ?? {});
}
