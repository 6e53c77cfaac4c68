import type { Dispatcher } from 'undici';
import { parseJson } from '../../../base/json.ts';
import { isRecord } from '../../../base/records.ts';
import type { KubeObject } from '../../../ports/kube.ts';
import { faultOfStatus, malformed, type StatusAnswer } from '../faults.ts';
import { apiVersionOf, type ResourceType } from '../resource-type.ts';
import { isTime } from '../times.ts';

export interface Page<R> {
  items: readonly R[];
  resourceVersion: string;
  /** Absent on the last page. */
  next?: string;
}

export type WatchEvent<R> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: R }
  | { type: 'BOOKMARK'; resourceVersion: string };

/** kubectl keeps a copy of the whole object here: as large as the object, and of no use to us. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Far more levels than any kind has that is read here. */
const deepest = 64;

/**
 * An object as the API server sent it, without what only fills memory or is nested too deeply to be walked. Its spec and
 * status are trusted to be an `R`: the API server checked them against the kind's schema.
 */
export function objectOf<R extends KubeObject>(what: string, type: ResourceType, value: unknown): R {
  if (!isRecord(value) || !isRecord(value.metadata)) throw malformed(what, 'the answer is no Kubernetes object');
  const { metadata } = value;
  if (typeof metadata.name !== 'string' || !isVersion(metadata.resourceVersion)) {
    throw malformed(what, 'the answer has no name or no numeric resourceVersion');
  }
  const times = [metadata.creationTimestamp, metadata.deletionTimestamp].filter((time) => time !== undefined);
  // Go writes null for a time that was not set.
  if (!times.every((time) => time === null || isTime(time)))
    throw malformed(what, 'the answer has a time that is none');
  delete metadata.managedFields;
  if (isRecord(metadata.annotations)) delete metadata.annotations[LAST_APPLIED];
  cutBelow(deepest, value);
  // Items of a list of built-in kinds come without these two.
  value.apiVersion ??= apiVersionOf(type);
  value.kind ??= type.kind;
  // The checks above are what can be known here; the rest is the API server's promise.
  return value as unknown as R;
}

/**
 * Where a schema lets any value in, the API server takes 10,000 levels of it. Whatever walks them, JSON.stringify
 * included, would overflow the stack, and one object would stop the work on all others.
 */
function cutBelow(levels: number, value: object): void {
  for (const [key, child] of Object.entries(value)) {
    if (typeof child !== 'object' || child === null) continue;
    if (levels > 0) cutBelow(levels - 1, child);
    else Reflect.deleteProperty(value, key);
  }
}

export function pageOf<R extends KubeObject>(what: string, type: ResourceType, value: unknown): Page<R> {
  if (!isRecord(value) || !isRecord(value.metadata) || !isVersion(value.metadata.resourceVersion)) {
    throw malformed(what, 'the answer is no Kubernetes list');
  }
  // Go writes an empty list as null.
  const items = value.items ?? [];
  if (!Array.isArray(items)) throw malformed(what, 'the answer is no Kubernetes list');
  const { resourceVersion, continue: next } = value.metadata;
  return {
    items: items.map((item) => objectOf<R>(what, type, item)),
    resourceVersion,
    ...(typeof next === 'string' && next !== '' && { next }),
  };
}

/** One line of a watch. Throws the Fault that an ERROR event reports. */
export function eventOf<R extends KubeObject>(what: string, type: ResourceType, line: string): WatchEvent<R> {
  const event = parseLine(what, line);
  if (!isRecord(event.object)) throw malformed(what, 'a watch event has no object');
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event.type, object: objectOf<R>(what, type, event.object) };
    case 'BOOKMARK':
      return { type: 'BOOKMARK', resourceVersion: bookmarkOf(what, event.object) };
    case 'ERROR':
      throw faultOfStatus(what, 'watch', statusOfBody(event.object, 500));
    default:
      throw malformed(what, 'a watch event has an unknown type');
  }
}

/** What a refusal says; its text for people is kept, decisions use the number. */
export async function statusOf(response: Dispatcher.ResponseData): Promise<StatusAnswer> {
  const text = await response.body.text();
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
  const status = statusOfBody(parseJson(text), response.statusCode);
  return { ...status, ...(seconds >= 0 && { retryAfterMs: seconds * 1000 }) };
}

function statusOfBody(body: unknown, fallbackCode: number): StatusAnswer {
  if (!isRecord(body)) return { code: fallbackCode, message: `HTTP ${fallbackCode}` };
  const code = typeof body.code === 'number' ? body.code : fallbackCode;
  const message = typeof body.message === 'string' ? body.message : `HTTP ${code}`;
  const seconds = isRecord(body.details) ? body.details.retryAfterSeconds : undefined;
  return { code, message, ...(typeof seconds === 'number' && { retryAfterMs: seconds * 1000 }) };
}

function bookmarkOf(what: string, object: Record<string, unknown>): string {
  const version = isRecord(object.metadata) ? object.metadata.resourceVersion : undefined;
  if (!isVersion(version)) throw malformed(what, 'a bookmark has no numeric resourceVersion');
  return version;
}

function parseLine(what: string, line: string): Record<string, unknown> {
  const event = parseJson(line);
  if (!isRecord(event)) throw malformed(what, 'a watch event is not JSON');
  return event;
}

/** Resource versions are decimal numbers that grow with each change (KEP-5504). */
function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^\d+$/.test(value);
}
