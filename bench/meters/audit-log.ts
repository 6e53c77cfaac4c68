import { openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const CHUNK_BYTES = 2 ** 20;

/** A line of the API server's audit log, as far as it is read here. */
interface AuditEvent {
  verb: string;
  user: { username: string };
  objectRef?: { resource: string; subresource?: string };
}

/** How often each request was made, such as `patch eventtopics/status`. */
export type RequestCounts = ReadonlyMap<string, number>;

export function countRequests(lines: readonly string[], user: string): RequestCounts {
  const counts = new Map<string, number>();
  // Most lines are of others, and parsing is what takes time.
  for (const line of lines.filter((one) => one.includes(user))) {
    const event: AuditEvent = JSON.parse(line);
    if (event.user.username !== user) continue;
    const request = describe(event);
    counts.set(request, (counts.get(request) ?? 0) + 1);
  }
  return counts;
}

function describe({ verb, objectRef }: AuditEvent): string {
  return [verb, [objectRef?.resource, objectRef?.subresource].filter(Boolean).join('/')].join(' ').trimEnd();
}

export function addCounts(some: RequestCounts, others: RequestCounts): RequestCounts {
  const sums = new Map(some);
  for (const [request, count] of others) sums.set(request, (sums.get(request) ?? 0) + count);
  return sums;
}

export function byVerb(counts: RequestCounts): Record<string, number> {
  const verbs: Record<string, number> = {};
  for (const [request, count] of counts) {
    const [verb = ''] = request.split(' ');
    verbs[verb] = (verbs[verb] ?? 0) + count;
  }
  return verbs;
}

/** A log that grows: each look gives the whole lines that were added since the one before. */
export class Tail {
  readonly #file: number;
  readonly #decoder = new StringDecoder('utf8');
  #position = 0;
  #begun = '';

  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  read(): readonly string[] {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    const pieces = [this.#begun];
    for (let bytes = -1; bytes !== 0; this.#position += bytes) {
      bytes = readSync(this.#file, buffer, 0, CHUNK_BYTES, this.#position);
      pieces.push(this.#decoder.write(buffer.subarray(0, bytes)));
    }
    const lines = pieces.join('').split('\n');
    this.#begun = lines.pop() ?? '';
    return lines;
  }
}
