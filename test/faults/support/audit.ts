import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../../../dev/world/world.ts';

/** One answered request, as far as we look at it. */
export interface AuditEntry {
  verb: string;
  /** Absent for paths that are no resource. */
  objectRef?: { resource: string; subresource?: string; namespace?: string; name?: string };
  /** RFC 3339 with microseconds. */
  requestReceivedTimestamp: string;
  user: { username: string; extra?: Record<string, readonly string[]> };
}

const writing: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/**
 * What the operator of that name asked for. Operators of a world share their ServiceAccount, but each has a token of its
 * own, and the API server notes which token spoke.
 */
export function requestsOf(world: World, operator: string): readonly AuditEntry[] {
  const credential = `JTI=${tokenIdOf(readFileSync(join(world.folder, operator, 'token'), 'utf8'))}`;
  return entriesOf(world.auditLog).filter(({ user }) =>
    user.extra?.['authentication.kubernetes.io/credential-id']?.includes(credential),
  );
}

/** Requests that change something. Leases are left away: a follower may ask for one at any time. */
export function changesIn(entries: readonly AuditEntry[]): readonly AuditEntry[] {
  return entries.filter(({ verb, objectRef }) => writing.has(verb) && objectRef?.resource !== 'leases');
}

export function receivedMs({ requestReceivedTimestamp }: AuditEntry): number {
  return Date.parse(requestReceivedTimestamp);
}

function entriesOf(auditLog: string): readonly AuditEntry[] {
  const lines = readFileSync(auditLog, 'utf8').split('\n');
  // The last line may be half written; a killed API server leaves such a line in the middle too.
  return lines.filter((line) => line.endsWith('}')).flatMap((line) => parsed(line) ?? []);
}

function parsed(line: string): AuditEntry | undefined {
  try {
    return JSON.parse(line) as AuditEntry;
  } catch {
    return undefined;
  }
}

/** The id in the claims of a token, which is `header.claims.signature`. */
function tokenIdOf(token: string): string {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(claims) as { jti: string }).jti;
}
