import type { EventSchema } from '../../crds/event-schema.ts';
import { registerDeletedAnnotation } from '../../crds/names.ts';
import { Reason } from '../../crds/reasons.ts';
import type { CompatibilityLevel } from '../../ports/registry.ts';
import { type Refusal, refuse } from '../blocked.ts';
import type { SeenSchema } from './observed.ts';
import { subjectOf } from './subject.ts';

/** A registry of several nodes may show for a moment what was there before the last version. */
const lookAgainMs = 30_000;

type Seen = Pick<SeenSchema, 'registered' | 'versions' | 'level' | 'replacedBy'>;

/**
 * Whoever deletes a version, if only softly, wants it gone; and without the versions before it a new one is compared with
 * less than was promised. So nothing is registered or set until a person agrees to the loss of this very version.
 */
export function refuseLost(resource: EventSchema, seen: Seen): Refusal | undefined {
  const lost = lostVersion(resource, seen);
  if (lost === undefined || isAgreedTo(resource, lost)) return undefined;
  const version = `version ${lost} of subject "${subjectOf(resource)}"`;
  const what = `${version} ${becameOf(resource, seen)}${leftBy(resource, seen)}`;
  const next = `to register the schema again, annotate this resource ${registerDeletedAnnotation}=${lost}`;
  return { ...refuse(Reason.SubjectDeletedOutOfBand, { what, next }), lookAgainMs };
}

/** The version of ours that is not there any more; a schema that is there in another version is not lost. */
function lostVersion({ status }: EventSchema, { registered, versions, replacedBy }: Seen): number | undefined {
  const known = status?.version;
  if (known === undefined || registered !== undefined) return undefined;
  return versions.includes(known) && replacedBy === undefined ? undefined : known;
}

function becameOf({ status }: EventSchema, { replacedBy }: Seen): string {
  if (replacedBy === undefined) return 'was deleted by somebody else';
  return `is another schema now: its id was ${status?.schemaId} and is ${replacedBy}`;
}

function isAgreedTo({ metadata }: EventSchema, lost: number): boolean {
  return metadata.annotations?.[registerDeletedAnnotation] === String(lost);
}

/** What a new version would still be compared with. */
function leftBy({ spec }: EventSchema, { versions, level }: Seen): string {
  const applied = spec.compatibility ?? level.level;
  if (applied === 'None') return '';
  return `, and ${applied} would compare a new version with ${comparedOf(applied, versions)}`;
}

function comparedOf(level: CompatibilityLevel, versions: readonly number[]): string {
  if (versions.length === 0) return 'nothing';
  if (versions.length === 1 || !level.endsWith('Transitive')) return `version ${versions.at(-1)} only`;
  return `versions ${versions.join(', ')} only`;
}
