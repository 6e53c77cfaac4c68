import { createHash } from 'node:crypto';
import type { Claim } from '../../ports/journal.ts';
import { isTime } from './times.ts';

/** The keys of a ConfigMap allow neither slashes nor the length of what is claimed, so they are hashes of it. */
export function entryKey(thing: string): string {
  return createHash('sha256').update(thing).digest('hex').slice(0, 40);
}

export function entryValue(thing: string, { uid, at, creates, replaces, id, note }: Claim): string {
  return JSON.stringify({ thing, uid, at, creates, replaces, id, note });
}

/** Bytes that an entry takes of the ConfigMap. */
export function entryBytes(thing: string, claim: Claim): number {
  return Buffer.byteLength(entryKey(thing)) + Buffer.byteLength(entryValue(thing, claim));
}

/** For a time that was damaged: who holds the claim counts all the same. */
const longAgo = new Date(0).toISOString();

/** `undefined` for an entry that is not ours or was damaged. */
export function readEntry(key: string, value: string): { thing: string; claim: Claim } | undefined {
  const entry = parsed(value);
  if (typeof entry !== 'object' || entry === null) return undefined;
  if (!('thing' in entry && 'uid' in entry && 'at' in entry)) return undefined;
  const { thing, uid, at } = entry;
  if (typeof thing !== 'string' || typeof uid !== 'string' || typeof at !== 'string') return undefined;
  if (entryKey(thing) !== key) return undefined;
  // Absent in entries of versions that did not tell the two kinds of claims apart.
  const creates = 'creates' in entry && entry.creates === true;
  const replaces = 'replaces' in entry && typeof entry.replaces === 'string' ? { replaces: entry.replaces } : {};
  const id = 'id' in entry && typeof entry.id === 'string' ? { id: entry.id } : {};
  const note = 'note' in entry && typeof entry.note === 'string' ? { note: entry.note } : {};
  return {
    thing,
    claim: { uid, at: isTime(at) ? at : longAgo, ...(creates && { creates }), ...replaces, ...id, ...note },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
