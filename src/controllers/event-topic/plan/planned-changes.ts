import { assertNever } from '../../../base/assert-never.ts';
import type { EventTopicStatus } from '../../../crds/event-topic.ts';
import type { TopicAction } from '../actions.ts';

export type PlannedChange = NonNullable<EventTopicStatus['plan']>[number];

/** What the actions would change, for people: an entry for each thing that would differ afterwards, settings and replicas last. */
export function describeActions(actions: readonly TopicAction[]): PlannedChange[] {
  const comesLast = ({ kind }: TopicAction) => kind === 'configure' || kind === 'reassign';
  return [...actions.filter((one) => !comesLast(one)), ...actions.filter(comesLast)].flatMap(describeAction);
}

function describeAction(action: TopicAction): PlannedChange[] {
  switch (action.kind) {
    case 'create': {
      const { partitions, replicationFactor, config } = action.topic;
      const to = `${partitions ?? 'default'} partitions, ${replicationFactor ?? 'default'} replicas`;
      const settings = [...config].map(([key, value]): PlannedChange => {
        return { op: 'SetConfig', key, to: value, validated: true };
      });
      return [{ op: 'CreateTopic', to, validated: true }, ...sorted(settings)];
    }
    case 'adopt':
      return [{ op: 'AdoptTopic', ...(action.replaces !== undefined && { from: action.replaces }), to: action.id }];
    case 'grow':
      return [{ op: 'GrowPartitions', from: String(action.from), to: String(action.to), validated: true }];
    case 'configure':
      return sorted(
        [...action.changes].map(([key, to]): PlannedChange => {
          const from = action.before.get(key)?.value;
          const values = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
          return { op: to === undefined ? 'ResetConfig' : 'SetConfig', key, ...values, validated: true };
        }),
      );
    case 'reassign':
      return [{ op: 'Reassign', from: String(action.from), to: String(action.to), validated: false }];
    case 'endReassignment':
    case 'disclaim':
    case 'handOver':
    case 'delete':
      // Removals are not planned beforehand: a resource that is being deleted shows no plan.
      return [];
    default:
      return assertNever(action);
  }
}

function sorted(changes: PlannedChange[]): PlannedChange[] {
  return changes.sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
}
