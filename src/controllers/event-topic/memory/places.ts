import { keyOf } from '../../../base/keys.ts';
import type { EventTopic } from '../../../crds/event-topic.ts';
import type { ObjectKey } from '../../../ports/kube.ts';
import { type Claimant, comesBefore } from '../../ownership.ts';

/**
 * How many of the `others` have a topic already or, as long as `me` has none, asked for one earlier; `most` of them are
 * enough. Whether one `counts` is asked last, because thousands may ask for a place and the answer takes a while.
 */
export function countBefore<Other extends Claimant>(
  me: Claimant,
  others: Iterable<Other>,
  most: number,
  counts: (other: Other) => boolean,
): number {
  let before = 0;
  for (const other of others) {
    if (before >= most) break;
    if (comesBefore(other, me) && counts(other)) before += 1;
  }
  return before;
}

/**
 * Resources whose topic is being created or adopted by this process. Nobody else can tell for a moment: the journal
 * shows what it has stored, and the status what was seen. Without this a burst would get more topics than are granted.
 */
export class Places {
  readonly #taken = new Set<ObjectKey>();

  note(resource: EventTopic, takes: boolean): void {
    if (takes) this.#taken.add(keyOf(resource));
    else this.#taken.delete(keyOf(resource));
  }

  isTaken(resource: EventTopic): boolean {
    return this.#taken.has(keyOf(resource));
  }

  forget(key: ObjectKey): void {
    this.#taken.delete(key);
  }
}
