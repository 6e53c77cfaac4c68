import { parseJson } from '../../../base/json.ts';
import { isRecord } from '../../../base/records.ts';
import type { KubeObject, ObjectKey } from '../../../ports/kube.ts';
import { describeRequest, type KubeRequest, type Transport } from '../connection/transport.ts';
import { isFault } from '../faults.ts';
import { placeOf, type ResourceType } from '../resource-type.ts';
import { applyPatch, type Fields } from './apply-patch.ts';
import { LAST_APPLIED, objectOf } from './wire.ts';

/** An object as its author wrote it. */
export interface Manifest {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface Preview<R> {
  /** Whether there is such an object already. */
  exists: boolean;
  /** The object as it would be, with defaults filled in; its status is the stored one. */
  object: R;
}

/** Who `kubectl apply --server-side` says it is. */
const kubectl = 'kubectl';

/**
 * What applying a manifest would make of an object, in the way in which it was applied last: nothing is stored. Throws
 * the Fault that applying it would end in.
 */
export async function previewApply<R extends KubeObject>(
  transport: Transport,
  type: ResourceType,
  key: ObjectKey,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Preview<R>> {
  const place = placeOf(key);
  const stored = await storedObject(transport, { verb: 'get', type, place }, signal);
  const request = requestFor(type, place, manifest, stored);
  const answer = fieldsOf(await transport.call(request, signal));
  // What was not stored has no version yet.
  const versioned = { ...answer, metadata: { resourceVersion: '0', ...fieldsOf(answer.metadata) } };
  return { exists: stored !== undefined, object: objectOf<R>(describeRequest(request), type, versioned) };
}

function requestFor(
  type: ResourceType,
  place: { namespace?: string; name: string },
  manifest: Manifest,
  stored: Fields | undefined,
): KubeRequest {
  const query = { dryRun: 'All', fieldValidation: 'Strict' };
  if (stored === undefined)
    return { verb: 'create', type, place: { namespace: place.namespace }, query, body: manifest };
  const metadata = fieldsOf(stored.metadata);
  const lastApplied = lastAppliedOf(metadata);
  if (lastApplied) return { verb: 'patch', type, place, query, body: applyPatch(stored, lastApplied, manifest) };
  const fieldManager = applierOf(metadata);
  return { verb: 'apply', type, place, query: { ...query, force: 'true', fieldManager }, body: manifest };
}

async function storedObject(
  transport: Transport,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<Fields | undefined> {
  try {
    return fieldsOf(await transport.call(request, signal));
  } catch (error) {
    if (isFault(error, '404')) return undefined;
    throw error;
  }
}

/** What `kubectl apply` remembers in the object; `undefined`: it was never applied so. */
function lastAppliedOf(metadata: Fields): Fields | undefined {
  const text = fieldsOf(metadata.annotations)[LAST_APPLIED];
  if (typeof text !== 'string') return undefined;
  const applied = parseJson(text);
  return applied === undefined ? undefined : fieldsOf(applied);
}

/** The field manager that applies the spec, such as a GitOps controller: what it leaves out of a new manifest goes. */
function applierOf({ managedFields }: Fields): string {
  const entries: readonly unknown[] = Array.isArray(managedFields) ? managedFields : [];
  const appliers = entries
    .map(fieldsOf)
    .filter(({ operation, fieldsV1 }) => operation === 'Apply' && 'f:spec' in fieldsOf(fieldsV1))
    .map(({ manager }) => String(manager));
  return appliers.includes(kubectl) ? kubectl : (appliers[0] ?? kubectl);
}

function fieldsOf(value: unknown): Fields {
  return isRecord(value) ? value : {};
}
