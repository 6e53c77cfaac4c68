import { isFault } from '../faults.ts';
import type { Page } from './wire.ts';

export interface Listing<R> {
  items: readonly R[];
  /** The state of the whole collection that `items` shows; a watch goes on from here. */
  resourceVersion: string;
}

export interface Cursor {
  limit: number;
  /** Where the page begins; absent for the first one. */
  next: string | undefined;
}

type ReadPage<R> = (cursor: Cursor) => Promise<Page<R>>;

/** How often a list starts over when its pages expire under it. */
const ATTEMPTS = 3;

/** All objects of one moment. Pages that expire in between start the list over, so that a part never passes as the whole. */
export async function listAll<R>(readPage: ReadPage<R>, pageSize: number): Promise<Listing<R>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listOnce(readPage, pageSize);
    } catch (error) {
      if (!isFault(error, '410') || attempt === ATTEMPTS) throw error;
    }
  }
}

async function listOnce<R>(readPage: ReadPage<R>, pageSize: number): Promise<Listing<R>> {
  const items: R[] = [];
  const cursor: Cursor = { limit: pageSize, next: undefined };
  for (;;) {
    const page = await pageOrTooLarge(readPage, cursor);
    if (page === 'too large') {
      cursor.limit = Math.max(1, Math.floor(cursor.limit / 4));
      continue;
    }
    items.push(...page.items);
    cursor.next = page.next;
    if (page.next === undefined) return { items, resourceVersion: page.resourceVersion };
  }
}

async function pageOrTooLarge<R>(readPage: ReadPage<R>, cursor: Cursor): Promise<Page<R> | 'too large'> {
  try {
    return await readPage(cursor);
  } catch (error) {
    if (cursor.limit > 1 && isFault(error, 'UND_ERR_RES_EXCEEDED_MAX_SIZE')) return 'too large';
    throw error;
  }
}
