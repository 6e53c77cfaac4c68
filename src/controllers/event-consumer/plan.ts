import { keyOf } from '../../base/keys.ts';
import type { EventConsumer } from '../../crds/event-consumer.ts';
import { Reason } from '../../crds/reasons.ts';
import type { ScaleTarget } from '../../ports/scale-target.ts';
import type { Blocked, Plan } from '../../runtime/kind.ts';
import { type Decision, decideSize } from '../../scaling/decide.ts';
import { refuse, wait } from '../blocked.ts';
import type { ClusterAccess } from '../cluster-use.ts';
import { refuseUngranted, ungranted } from '../grants.ts';
import { describeOwner } from '../ownership.ts';
import { groupIdOf, targetNameOf } from './identity.ts';
import type { ObservedConsumer, SeenConsumer } from './observed.ts';

export interface ScaleAction {
  kind: 'scale';
  key: string;
  target: ScaleTarget;
  decision: Decision;
}

export interface ConsumerPlan extends Plan<ScaleAction> {
  /** What size the target should have, whether or not it may be set; `undefined`: nothing was seen to decide on. */
  decision: Decision | undefined;
}

/** A watch tells us when a target, a topic or a cluster appears; this is for the one that was missed. */
const lookAgainMs = 60_000;

export function planConsumer(resource: EventConsumer, observed: ObservedConsumer): ConsumerPlan {
  const decision = observed.kind === 'seen' ? decideOn(resource, observed) : undefined;
  const blocked = block(resource, observed);
  if (blocked) return { actions: [], blocked: [blocked], decision };
  const target = observed.kind === 'seen' ? observed.target : undefined;
  if (!target || decision?.kind !== 'scale') return { actions: [], blocked: [], decision };
  return { actions: [{ kind: 'scale', key: keyOf(resource), target, decision }], blocked: [], decision };
}

function decideOn({ spec }: EventConsumer, { learned }: SeenConsumer): Decision | undefined {
  return learned && decideSize(spec.scaling, learned.facts, learned.state, learned.nowMs);
}

/** The rules, in the order in which they count. Lag and scaling are not among them: they never decide readiness. */
function block(resource: EventConsumer, observed: ObservedConsumer): Blocked | undefined {
  switch (observed.kind) {
    case 'noCluster':
    case 'refused':
      return observed.blocked;
    case 'notMine':
      return ownedByOther(resource, observed);
    case 'seen':
      return judgeTarget(resource, observed) ?? judgeTopics(observed);
  }
}

/** Judged before anything is looked at: what the spec names. */
export function refuseNamed(resource: EventConsumer, use: ClusterAccess): Blocked | undefined {
  return refuseUngranted(use, 'groups', [groupIdOf(resource)]) ?? refuseUngranted(use, 'topics', resource.spec.topics);
}

/**
 * Grants hold for what the group reads as well, and for what a group without members read or has committed offsets of:
 * whoever scales it to zero does not give it to others. Those topics are somebody else's, so they are not named. Until
 * the group is seen, as after a restart, what was said of it stands.
 */
export function refuseRead(
  resource: EventConsumer,
  use: ClusterAccess,
  topics: readonly string[] | undefined,
): Blocked | undefined {
  const reads = `group "${groupIdOf(resource)}" reads topics beside those of spec.topics`;
  const refusal = refuse(Reason.NotGranted, {
    what: `${reads} that EventCluster "${use.name}" does not grant to this namespace, so nothing is told of it`,
    next: 'let its members read granted topics only, or ask the owner of the EventCluster for an access rule',
  });
  const isRefused = topics ? ungranted(use.rule, 'topics', topics).length > 0 : wasTold(resource, reads);
  return isRefused ? refusal : undefined;
}

function wasTold({ status }: EventConsumer, beginning: string): boolean {
  return status?.conditions?.some(({ type, message }) => type === 'Stalled' && message.startsWith(beginning)) === true;
}

function ownedByOther(
  resource: EventConsumer,
  { owner, what }: Extract<ObservedConsumer, { kind: 'notMine' }>,
): Blocked {
  const name = what === 'group' ? `group "${groupIdOf(resource)}"` : targetNameOf(resource);
  return refuse(Reason.OwnedByOther, {
    what: `${name} is scaled by ${describeOwner(owner, resource.metadata.namespace ?? '')}`,
    next: 'delete one of the two resources',
  });
}

function judgeTarget(resource: EventConsumer, { target, driver }: SeenConsumer): Blocked | undefined {
  const name = targetNameOf(resource);
  if (!target) {
    const said = { what: `${name} does not exist in this namespace`, next: 'create it or name another one' };
    return wait(Reason.TargetNotFound, said, lookAgainMs);
  }
  if (!driver || resource.spec.scaling.mode === 'Off') return undefined;
  return refuse(Reason.TargetOwnedByAutoscaler, {
    what: `${name} is driven by ${driver.kind} "${driver.name}"`,
    next: 'delete that, or set spec.scaling.mode to Off',
  });
}

function judgeTopics({ snapshot }: SeenConsumer): Blocked | undefined {
  if (snapshot?.fault?.code !== 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
  const said = { what: snapshot.problem ?? 'a topic does not exist', next: 'create it, or correct spec.topics' };
  return wait(Reason.TopicNotReady, said, lookAgainMs);
}
