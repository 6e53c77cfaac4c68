import { passingKeys } from './manifest.ts';
import type { Selection } from './select.ts';

export interface Outcome {
  written: readonly string[];
  namespace: string | undefined;
  selection: Selection;
  /** Asked for and gone before they could be described, or not to be described by this client. */
  undescribed: readonly string[];
  /** Topics of which a setting was left out that a move of partitions has set. */
  moving: readonly string[];
  /** Topics that are written although an EventTopic names them. */
  claimed: readonly string[];
  /** Topics that the namespace may not use. */
  ungranted: { cluster: string; topics: readonly string[] } | undefined;
  /** Why only the EventTopics of the own namespace were looked at. */
  partial: string | undefined;
}

/** What a user should know beside the YAML, a line each. */
export function summarise(outcome: Outcome): readonly string[] {
  const { written, namespace, selection, undescribed, moving, claimed, ungranted, partial } = outcome;
  const where = namespace === undefined ? '' : ` for namespace ${namespace}`;
  return [
    `wrote ${count(written.length, 'EventTopic')}${where}`,
    ...about(selection.internal, (topics) => `left out ${topics}: internal`),
    ...about(selection.owned, (topics) => `left out ${topics}: named by an EventTopic already`),
    ...about(undescribed, (topics) => `left out ${topics}: gone meanwhile, or not shown to this client`),
    ...about(moving, (topics) => `left out what is set while partitions move, ${passingKeys.join(' and ')}: ${topics}`),
    ...about(
      claimed,
      (topics) =>
        `warning: named by an EventTopic already, which stays the owner: ${topics}; --unowned leaves them out`,
    ),
    ...about(
      ungranted?.topics ?? [],
      (topics) =>
        `warning: not granted${where} by EventCluster "${ungranted?.cluster}", so Sluice adopts none of it: ${topics}`,
    ),
    ...(partial === undefined ? [] : [`warning: EventTopics of other namespaces were not looked at: ${partial}`]),
    ...selection.unmatched.map((pattern) => `warning: no live topic matches "${pattern}"`),
  ];
}

const namesShown = 5;

function about(topics: readonly string[], sentence: (topics: string) => string): string[] {
  if (topics.length === 0) return [];
  const shown = topics.slice(0, namesShown).join(', ');
  const more = topics.length > namesShown ? `, and ${topics.length - namesShown} more` : '';
  return [sentence(`${count(topics.length, 'topic')} (${shown}${more})`)];
}

function count(many: number, noun: string): string {
  return `${many} ${noun}${many === 1 ? '' : 's'}`;
}
