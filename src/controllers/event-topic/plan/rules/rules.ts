import type { EventTopic } from '../../../../crds/event-topic.ts';
import type { Blocked } from '../../../../runtime/kind.ts';
import type { Found, Growing, Standing } from '../../observed.ts';
import { refuseOtherSpec, refuseToAdopt, refuseUngrantedAdoption } from './adoption.ts';
import { awaitUsableDefaults, refuseCollision, refuseName, refusePartitions, refuseUnusable } from './creation.ts';
import { refuseMorePartitions, refuseMovedKeys, refuseShrinking } from './growth.ts';
import { refuseForbiddenKeys, refuseUngrantedDeletion, refuseWithoutPlace } from './policy.ts';
import { refuseOtherCluster, refuseOwned, refuseReserved, refuseUngrantedName } from './standing.ts';

/**
 * One rule on what it needs to know, and no more: what it has against a resource; `undefined`: nothing. A rule that takes
 * no more of a cluster than `ClusterAccess` is judged by what Kubernetes holds, without asking a broker.
 */
export type Rule<Facts> = (resource: EventTopic, facts: Facts) => Blocked | undefined;

/** What forbids any look at the live topic. The first one counts. */
export const forbidsLook: readonly Rule<Standing>[] = [
  refuseOtherCluster,
  refuseReserved,
  refuseUngrantedName,
  refuseOwned,
];

/** What forbids a topic that the resource does not have yet, created or adopted. The first one counts. */
export const forbidsAnother: readonly Rule<Standing>[] = [refuseWithoutPlace, refuseUngrantedDeletion];

/** What forbids a creation. All of them are told, because a user who mends one should not meet the next. */
export const forbidsCreation: readonly Rule<Standing>[] = [
  refuseName,
  refuseCollision,
  refusePartitions,
  refuseForbiddenKeys,
];

/** What a creation that nothing forbids waits for. The first one counts. */
export const delaysCreation: readonly Rule<Standing>[] = [refuseUnusable, awaitUsableDefaults];

/** What forbids an adoption. The first one counts. */
export const forbidsAdoption: readonly Rule<Found>[] = [refuseUngrantedAdoption, refuseToAdopt, refuseOtherSpec];

/** What forbids another number of partitions. The first one counts. */
export const forbidsGrowth: readonly Rule<Growing>[] = [refuseShrinking, refuseMorePartitions, refuseMovedKeys];

export function firstOf<Facts>(rules: readonly Rule<Facts>[], resource: EventTopic, facts: Facts): Blocked | undefined {
  for (const rule of rules) {
    const blocked = rule(resource, facts);
    if (blocked !== undefined) return blocked;
  }
  return undefined;
}

export function allOf<Facts>(rules: readonly Rule<Facts>[], resource: EventTopic, facts: Facts): readonly Blocked[] {
  return rules.map((rule) => rule(resource, facts)).filter((blocked) => blocked !== undefined);
}
