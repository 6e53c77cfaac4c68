import { eventTopic } from '../../crds/event-topic.ts';
import { fitterOf } from '../../crds/fit-status.ts';
import { Reason } from '../../crds/reasons.ts';
import type { Clock } from '../../ports/clock.ts';
import { eventTopicBehaviour, type TopicDependencies } from './behaviour.ts';
import { claimBook } from './memory/claims.ts';
import { TopicTraffic } from './memory/traffic.ts';
import { reasonOfRejection } from './plan/rejection.ts';
import { eventTopicTriggers, type TopicTriggerSources } from './triggers.ts';

/** Topics that are looked at for drift at once: they wait for a few shared answers, which this fills. */
const sweepWorkers = 1_000;
/** Looks at the traffic of a topic that follow each other sooner are not taken. */
const trafficApartMs = 60_000;

export type TopicParts = Omit<TopicDependencies, 'traffic' | 'claims'> &
  TopicTriggerSources & {
    clock: Clock;
    recheckMs: number;
    /** How long a topic with many partitions is watched before its busiest time counts as known. */
    trafficKnownAfterMs: number;
  };

/** What a controller knows of EventTopics. */
export function eventTopicKind(parts: TopicParts) {
  return {
    name: 'event-topic',
    store: parts.topics,
    fitStatus: fitterOf(eventTopic),
    behaviour: eventTopicBehaviour({ ...parts, claims: parts.journal.open(claimBook), traffic: trafficOf(parts) }),
    triggers: eventTopicTriggers(parts),
    failureReasons: {
      away: { kafka: Reason.KafkaUnavailable },
      throttled: { kafka: Reason.KafkaThrottled },
      rejected: { kafka: reasonOfRejection },
    },
    sweepWorkers,
  };
}

function trafficOf({ clock, recheckMs, trafficKnownAfterMs: knownAfterMs }: TopicParts): TopicTraffic {
  return new TopicTraffic({
    clock,
    knownAfterMs,
    apartMs: Math.min(trafficApartMs, knownAfterMs / 2),
    gapMs: 3 * Math.max(trafficApartMs, recheckMs),
  });
}
