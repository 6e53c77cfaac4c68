import type { z } from 'zod';
import type { Parsed } from '../base/parsed.ts';
import type { KindDefinition } from './definition.ts';

/** Metadata of a stored object; the same shape as the Kubernetes port's. */
export interface Metadata {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  finalizers?: readonly string[];
  annotations?: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
}

export interface Resource<Spec, Status> {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec: Spec;
  status?: Partial<Status>;
}

/**
 * Reads a stored object. Objects that an older API accepted may not fit: the problems name field and cause.
 * An unreadable status counts as absent, because it is ours to write again.
 */
export function resourceOf<R extends Resource<unknown, unknown>>(
  definition: KindDefinition,
): (object: { metadata: Metadata; spec?: unknown; status?: unknown }) => Parsed<R> {
  // Made once: each schema compiles itself when it is first used.
  const partialStatus = definition.status.partial();
  return (object) => {
    const spec = definition.spec.safeParse(object.spec ?? {});
    if (!spec.success) return { ok: false, problems: spec.error.issues.map(describeIssue) };
    const unread = [...unreadKeys(object.spec, 'spec')];
    if (unread.length > 0) return { ok: false, problems: unread };
    const status = partialStatus.safeParse(object.status ?? {});
    return {
      ok: true,
      resource: { ...object, spec: spec.data, status: status.success ? status.data : {} } as unknown as R,
    };
  };
}

/** The parser leaves this one key of a map out without a word, and a selector that lost its label selects everybody. */
const unreadKey = '__proto__';

function* unreadKeys(value: unknown, path: string): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, unreadKey)) yield `${path}.${unreadKey}: no key is called so; remove it, or use another one`;
  for (const [key, child] of Object.entries(value)) if (key !== unreadKey) yield* unreadKeys(child, `${path}.${key}`);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `spec.${issue.path.map(String).join('.')}: ${issue.message}`;
}
