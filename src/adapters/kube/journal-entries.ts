import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../base/json.ts';
import { isRecord } from '../../base/records.ts';
import type { BookName, BookType } from '../../ports/journal.ts';

/** A record as it lies in the ConfigMap. */
export interface Entry {
  book: BookName;
  /** Within the book. */
  key: string;
  /** Names book and record. */
  thing: string;
  uid: string;
  /** RFC 3339, when it was written. */
  at: string;
  /** As read from JSON; `undefined`: it was damaged. */
  content: unknown;
}

/**
 * How the records of a book are spelled. There were claims first and nothing else, so their fields lie bare; all others
 * have a note with their content, and under `uid` a word that belongs to no resource. Replicas of an older version read
 * and write the same ConfigMap while a newer one is rolled out, so none of this changes.
 */
interface Spelling {
  uid: string;
  thingOf(key: string): string;
  /** `undefined`: of another book. */
  keyOf(thing: string): string | undefined;
}

type NotedBook = Exclude<BookName, 'claims'>;

const spellings: Readonly<Record<NotedBook, Spelling>> = {
  topicThrottles: { uid: 'sluice', ...inCluster('throttle', 'topic') },
  brokerThrottles: { uid: 'sluice', ...inCluster('throttle', 'broker') },
  deletions: {
    uid: 'deletions',
    thingOf: (clusterId) => `deletions/${clusterId}`,
    keyOf: (thing) => /^deletions\/(.*)$/s.exec(thing)?.[1],
  },
  departures: {
    uid: 'departures',
    thingOf: (key) => key,
    keyOf: (thing) => (thing === 'departures' ? thing : undefined),
  },
};

const notedBooks = Object.keys(spellings) as readonly NotedBook[];

/** Keys are `<cluster id>/<name>`; the kind of what has that name is spelled between the two. */
function inCluster(root: string, kind: string): Pick<Spelling, 'thingOf' | 'keyOf'> {
  const pattern = new RegExp(`^${root}/([^/]*)/${kind}/(.*)$`, 's');
  return {
    thingOf: (key) => `${root}/${key.replace('/', `/${kind}/`)}`,
    keyOf: (thing) => (pattern.test(thing) ? thing.replace(pattern, '$1/$2') : undefined),
  };
}

export function thingOf(book: BookName, key: string): string {
  return book === 'claims' ? key : spellings[book].thingOf(key);
}

/** What is in no other book is a claim. */
function placeOf(thing: string): Pick<Entry, 'book' | 'key'> {
  for (const book of notedBooks) {
    const key = spellings[book].keyOf(thing);
    if (key !== undefined) return { book, key };
  }
  return { book: 'claims', key: thing };
}

export function entryOf<Value>(type: BookType<Value>, key: string, value: Value, now: Date): Entry {
  const book = type.name;
  const uid = book === 'claims' ? (type.holderOf?.(value) ?? '') : spellings[book].uid;
  const content: unknown = JSON.parse(JSON.stringify(value));
  return { book, key, thing: thingOf(book, key), uid, at: now.toISOString(), content };
}

/** When a record was written makes no other record of it. */
export function sameRecord(one: Entry, other: Entry): boolean {
  return isDeepStrictEqual(withoutTime(one.content), withoutTime(other.content));
}

function withoutTime(content: unknown): unknown {
  return isRecord(content) ? { ...content, at: undefined } : content;
}

/** The keys of a ConfigMap allow neither slashes nor the length of what is claimed, so they are hashes of it. */
export function entryKey(thing: string): string {
  return createHash('sha256').update(thing).digest('hex').slice(0, 40);
}

export function entryValue({ book, thing, uid, at, content }: Entry): string {
  const fields = book === 'claims' && isRecord(content) ? content : { note: JSON.stringify(content) };
  return JSON.stringify({ thing, uid, at, ...fields });
}

/** Bytes that an entry takes of the ConfigMap. */
export function entryBytes(entry: Entry): number {
  return Buffer.byteLength(entryKey(entry.thing)) + Buffer.byteLength(entryValue(entry));
}

/** `undefined` for an entry that is not ours, was damaged, or is in a book of a later version, which has notes too. */
export function readEntry(key: string, value: string): Entry | undefined {
  const stored = parseJson(value);
  if (!isRecord(stored)) return undefined;
  const { thing, ...content } = stored;
  const { uid, at, note } = content;
  if (typeof thing !== 'string' || typeof uid !== 'string' || typeof at !== 'string') return undefined;
  if (entryKey(thing) !== key) return undefined;
  const place = placeOf(thing);
  if (place.book === 'claims') return note === undefined ? { ...place, thing, uid, at, content } : undefined;
  return { ...place, thing, uid, at, content: typeof note === 'string' ? parseJson(note) : undefined };
}
