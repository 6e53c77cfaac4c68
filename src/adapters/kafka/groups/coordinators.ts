import { Fault, type Settled } from '../../../ports/fault.ts';
import { aclFor } from '../acl.ts';
import { chunks } from '../batches/chunks.ts';
import type { Cluster } from '../cluster.ts';
import type { KafkaRequest } from '../connection/request.ts';
import { faultOfCode, unavailable } from '../errors.ts';
import { type Coordinator, findCoordinators } from './calls.ts';

/** Keeps one answer at a few hundred kilobytes even for groups with many members. */
const maxGroupsPerRequest = 200;

/** Asks one coordinator about the groups that it looks after. */
export type AskCoordinator<Result> = (
  groups: readonly string[],
  send: <Answer>(request: KafkaRequest<Answer>) => Promise<Answer>,
) => Promise<ReadonlyMap<string, Settled<Result>>>;

/**
 * Asks every group's coordinator, all coordinators at once. A group whose coordinator is not found or does not answer
 * gets a Fault of its own; a failure to look the coordinators up throws.
 */
export async function askCoordinators<Result>(
  cluster: Cluster,
  groups: readonly string[],
  ask: AskCoordinator<Result>,
): Promise<Map<string, Settled<Result>>> {
  const results = new Map<string, Settled<Result>>();
  const distinct = [...new Set(groups)];
  if (distinct.length === 0) return results;
  const answer = await cluster.links.read(findCoordinators(distinct), cluster.settings.callTimeoutMs);
  const found = answer.coordinators.filter(({ errorCode }) => errorCode === 0);
  const asks = [...Map.groupBy(found, ({ nodeId }) => nodeId).values()].flatMap((coordinated) =>
    chunks(coordinated, maxGroupsPerRequest).map((some) => askOne(cluster, some, ask)),
  );
  for (const coordinator of answer.coordinators) {
    if (coordinator.errorCode === 0) continue;
    const acl = aclFor('FindCoordinator', coordinator.key);
    const fault = faultOfCode(`cannot find the coordinator of group "${coordinator.key}"`, coordinator, { acl });
    results.set(coordinator.key, { ok: false, fault });
  }
  for (const some of await Promise.all(asks)) for (const [group, result] of some) results.set(group, result);
  return withGaps(distinct, results);
}

async function askOne<Result>(
  cluster: Cluster,
  coordinated: readonly Coordinator[],
  ask: AskCoordinator<Result>,
): Promise<ReadonlyMap<string, Settled<Result>>> {
  const groups = coordinated.map(({ key }) => key);
  const [address] = coordinated;
  const nodeId = address?.nodeId ?? -1;
  try {
    return await ask(groups, (request) => cluster.links.ask(nodeId, request, cluster.settings.callTimeoutMs, address));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // One group of many or talkative members is not to hide the others.
    if (error.code === 'ANSWER_TOO_LARGE' && groups.length > 1) return askHalves(cluster, coordinated, ask);
    return new Map(groups.map((group) => [group, { ok: false, fault: error }]));
  }
}

async function askHalves<Result>(
  cluster: Cluster,
  coordinated: readonly Coordinator[],
  ask: AskCoordinator<Result>,
): Promise<ReadonlyMap<string, Settled<Result>>> {
  const middle = Math.ceil(coordinated.length / 2);
  const first = await askOne(cluster, coordinated.slice(0, middle), ask);
  return new Map([...first, ...(await askOne(cluster, coordinated.slice(middle), ask))]);
}

/** A group that nobody mentioned is unknown, which is not the same as absent. */
function withGaps<Result>(
  groups: readonly string[],
  results: Map<string, Settled<Result>>,
): Map<string, Settled<Result>> {
  for (const group of groups) {
    if (results.has(group)) continue;
    const fault = unavailable(`no answer mentions group "${group}"`, { code: 'MALFORMED_ANSWER' });
    results.set(group, { ok: false, fault });
  }
  return results;
}
