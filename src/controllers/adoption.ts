import type { AccessRule } from '../crds/access-rule.ts';
import { Reason } from '../crds/reasons.ts';
import { type Refusal, refuse } from './blocked.ts';
import type { ClusterAccess } from './cluster-use.ts';

type AdoptionPolicy = AccessRule['adoptionPolicies'][number];

/** Of `what`, such as `topic "orders"`. The policy `Never` takes nothing over, so it needs no grant. */
export function refuseUngrantedPolicy(
  policy: AdoptionPolicy,
  { name, rule }: ClusterAccess,
  what: string,
): Refusal | undefined {
  const granted = new Set<string>(rule?.adoptionPolicies).add('Never');
  if (granted.has(policy)) return undefined;
  const ungranted = `EventCluster "${name}" does not grant adoptionPolicy ${policy} to this namespace`;
  return refuse(Reason.NotGranted, {
    what: `${what} existed before, and ${ungranted}`,
    next: `use ${[...granted].sort().join(' or ')}`,
  });
}

/** A step that the grants of the namespace would refuse is none. */
export function howToTake({ name, rule }: ClusterAccess): string {
  if (rule?.adoptionPolicies.includes('Take')) return 'set adoptionPolicy to Take';
  return `ask the owner of EventCluster "${name}" to grant adoptionPolicy Take, and set it`;
}
