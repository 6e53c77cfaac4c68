import { withDeadline } from '../../base/time.ts';
import type { EventTopic } from '../../crds/event-topic.ts';
import { Reason } from '../../crds/reasons.ts';
import type { Clock } from '../../ports/clock.ts';
import { Fault } from '../../ports/fault.ts';
import type { TopicState } from '../../ports/kafka.ts';
import type { CompilePattern } from '../../ports/patterns.ts';
import type { Gate, Judgement } from '../../runtime/judgement.ts';
import type { Blocked } from '../../runtime/kind.ts';
import { type ClusterUse, findCluster, questionOf, resolveCluster } from '../cluster-use.ts';
import { adminOf, type ClusterConnections } from '../connections.ts';
import { judgedBeside, judgementOf } from '../gate.ts';
import { claimName, rememberedOf, topicNameOf } from './identity.ts';
import { judgeName, nameQuestion } from './look/naming.ts';
import { type Neighbourhood, otherOwner } from './look/neighbours.ts';
import { takePlace } from './look/take-place.ts';
import type { Unplaced } from './observed.ts';
import { courseOf } from './plan/course.ts';
import { refuseUnusable } from './plan/rules/creation.ts';
import { refuseForbiddenKeys, refuseUngrantedDeletion } from './plan/rules/policy.ts';
import { allOf, firstOf, forbidsGrowth } from './plan/rules/rules.ts';
import { refuseReserved, refuseUngrantedName } from './plan/rules/standing.ts';

export interface TopicGateSources extends Neighbourhood {
  kafka: ClusterConnections;
  compile: CompilePattern;
  clock: Clock;
}

/** How long an admission waits for the brokers. */
const brokersWithinMs = 1_000;

/** What only another spec mends. Another owner may go, so of that the user is told. */
const deniable: readonly string[] = [
  Reason.NotGranted,
  Reason.NameRefused,
  Reason.QuotaExceeded,
  Reason.ConfigNotAllowed,
  Reason.ConfigRejected,
  Reason.PartitionDecreaseRefused,
  Reason.KeyMoveNotAcknowledged,
  Reason.AdoptionMismatch,
  Reason.AdoptionRefused,
];

/** Whoever leads notes places; here nothing is taken. */
const noPlaces = { isTaken: () => false, note: () => undefined };

/**
 * What a round would make of the topic. The status says what there is to know of a topic of ours; where there is none,
 * the brokers are asked whether there is a topic to adopt only when a creation would be refused.
 */
export function eventTopicGate(sources: TopicGateSources): Gate<EventTopic> {
  return async (resource, signal) => {
    const question = questionOf(resource, sources.namespaces);
    const found = findCluster(question, sources.clusters.list());
    if (found.kind === 'blocked') return judgementOf([], deniable);
    const answer = resolveCluster(question, sources.clusters.list());
    if (answer.kind === 'blocked') return judgementOf(firstRefusal(resource, found.use), deniable);
    const { use } = answer;
    if (rememberedOf(resource, use).topicId !== undefined) return judgementOf(refuseChange(resource, use), deniable);
    const around = { ...sources, topics: judgedBeside(sources.topics, resource) };
    const refused = judgementOf(refuseNew(around, resource, use, undefined), deniable);
    if (refused.refused.length === 0) return refused;
    try {
      const topic = await topicOf(sources, resource, use, signal);
      return judgementOf(refuseNew(around, resource, use, topic), deniable);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return unasked(refused, resource, error);
    }
  };
}

/** What needs no Kafka: the EventCluster has not answered yet. */
function firstRefusal(resource: EventTopic, use: Pick<ClusterUse, 'name' | 'cluster' | 'readOnly' | 'rule'>) {
  const refusal = refuseReserved(resource) ?? refuseUngrantedName(resource, { use });
  return refusal ? [refusal] : [];
}

/** What stands against the spec of a topic that is there, as the status saw it last. */
function refuseChange(resource: EventTopic, use: ClusterUse): readonly Blocked[] {
  const { spec, status } = resource;
  const live = status?.observed?.partitions;
  const wanted = spec.partitions;
  const topic = { name: topicNameOf(resource), partitions: live ?? 0 };
  const differs = live !== undefined && wanted !== undefined && wanted !== live;
  const growth = differs ? firstOf(forbidsGrowth, resource, { use, topic, wanted }) : undefined;
  const rules = [refuseUngrantedName, refuseUngrantedDeletion, refuseForbiddenKeys, refuseUnusable];
  return [...allOf(rules, resource, { use }), ...(growth ? [growth] : [])];
}

function refuseNew(
  sources: TopicGateSources,
  resource: EventTopic,
  use: ClusterUse,
  topic: TopicState | undefined,
): readonly Blocked[] {
  const seen: Unplaced = {
    kind: 'seen',
    use,
    liveClusterId: use.clusterId,
    topic,
    otherOwner: otherOwner(sources, resource, { ...use, topicId: topic?.id }),
    claim: sources.claims.find(claimName(use.clusterId, topicNameOf(resource))),
    naming: judgeName(nameQuestion(resource, use), sources.compile),
    resting: new Map(),
  };
  const course = courseOf(resource, { ...seen, ...takePlace({ ...sources, places: noPlaces }, resource, seen) });
  return course.kind === 'blocked' ? course.blocked : course.besides;
}

function topicOf(
  { kafka, clock }: TopicGateSources,
  resource: EventTopic,
  use: ClusterUse,
  signal: AbortSignal,
): Promise<TopicState | undefined> {
  const late = () => new Fault('kafka', 'unavailable', `no answer within ${brokersWithinMs / 1000} s`);
  const namespace = resource.metadata.namespace ?? '';
  return withDeadline({ clock, ms: brokersWithinMs, late, signal }, (inner) =>
    adminOf(kafka, use).describeTopic(topicNameOf(resource), { signal: inner, namespace }),
  );
}

/** Nobody can tell whether the topic exists; what is refused of a new one, but for grants, may be in order for one that does. */
function unasked({ refused, open, mode }: Judgement, resource: EventTopic, fault: Fault): Judgement {
  const { whatever = [], other = [] } = Object.groupBy(refused, ({ reason }) =>
    reason === Reason.NotGranted ? 'whatever' : 'other',
  );
  const what = `topic "${topicNameOf(resource)}": the brokers did not say whether it exists (${fault.message})`;
  const next = 'the operator judges it again once they do, see its status';
  return { refused: whatever, open: [...other, ...open], unchecked: [`${what}; ${next}`], mode };
}
