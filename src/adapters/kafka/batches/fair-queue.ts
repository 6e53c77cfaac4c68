/** What to do with an item when a batch is put together: `skip` leaves it for later, `full` closes its lane. */
export type Verdict = 'take' | 'skip' | 'full';

/** First in, first out within a lane; lanes take turns, so that a crowded one does not hold up the others. */
export class FairQueue<Item> {
  readonly #lanes = new Map<string, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(lane: string, item: Item): void {
    const items = this.#lanes.get(lane);
    if (items === undefined) this.#lanes.set(lane, [item]);
    else items.push(item);
    this.#size += 1;
  }

  remove(lane: string, item: Item): void {
    const items = this.#lanes.get(lane) ?? [];
    const index = items.indexOf(item);
    if (index < 0) return;
    items.splice(index, 1);
    if (items.length === 0) this.#lanes.delete(lane);
    this.#size -= 1;
  }

  /** Removes and returns the items for which `judge` says `take`, one lane after the other, one item at a time. */
  take(judge: (item: Item) => Verdict): Item[] {
    const taken: Item[] = [];
    const cursors: Cursor<Item>[] = [...this.#lanes].map(([lane, items]) => ({ lane, items, next: 0, skipped: [] }));
    let open = cursors;
    while (open.length > 0) open = open.filter((cursor) => takeOne(cursor, judge, taken));
    this.#lanes.clear();
    for (const { lane, items, next, skipped } of cursors) {
      const rest = [...skipped, ...items.slice(next)];
      if (rest.length > 0) this.#lanes.set(lane, rest);
    }
    this.#size -= taken.length;
    return taken;
  }

  /** Empties the queue. */
  drain(): Item[] {
    return this.take(() => 'take');
  }
}

interface Cursor<Item> {
  lane: string;
  items: readonly Item[];
  next: number;
  skipped: Item[];
}

/** Takes at most one item from the lane; false when the lane has nothing more for this batch. */
function takeOne<Item>(cursor: Cursor<Item>, judge: (item: Item) => Verdict, taken: Item[]): boolean {
  while (cursor.next < cursor.items.length) {
    const item = cursor.items[cursor.next] as Item; // within bounds; an Item may itself be undefined
    const verdict = judge(item);
    if (verdict === 'full') return false;
    cursor.next += 1;
    if (verdict === 'take') {
      taken.push(item);
      return true;
    }
    cursor.skipped.push(item);
  }
  return false;
}
