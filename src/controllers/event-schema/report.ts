import type { EventSchema, EventSchemaStatus } from '../../crds/event-schema.ts';
import { Reason } from '../../crds/reasons.ts';
import type { Report } from '../../runtime/kind.ts';
import type { ObservedSchema, SeenSchema } from './observed.ts';
import type { SchemaPlan } from './plan.ts';
import { subjectOf } from './subject.ts';

export type SchemaFields = Partial<
  Omit<EventSchemaStatus, 'observedGeneration' | 'lastHandledReconcileAt' | 'conditions'>
>;

export function reportSchema(
  resource: EventSchema,
  observed: ObservedSchema,
  plan: SchemaPlan,
  fingerprint: string | undefined,
): Report<SchemaFields> {
  switch (observed.kind) {
    case 'noRegistry':
      // Nothing was seen, so what was known stays.
      return { done: doneAs(resource, undefined), findings: [], fields: {} };
    case 'refused':
      return { done: doneAs(resource, undefined), findings: [], fields: refused(resource, observed) };
    case 'notMine':
      return { done: doneAs(resource, undefined), findings: [], fields: notMine(resource, observed) };
    case 'seen':
      return {
        done: doneAs(resource, observed),
        findings: [],
        fields: {
          cluster: observed.use.name,
          subject: subjectOf(resource),
          ownedBy: undefined,
          ...versionFields(resource, observed, plan, fingerprint),
          ...levelFields(resource, observed, plan),
        },
      };
  }
}

function doneAs(resource: EventSchema, observed: SeenSchema | undefined): { reason: string; message: string } {
  const subject = subjectOf(resource);
  const version = observed?.registered?.version;
  const latest = observed?.versions.at(-1);
  const held = `subject "${subject}" holds this schema as version ${version ?? 'unknown'}${without(observed)}`;
  if (observed && version !== undefined && latest !== undefined && version < latest) {
    if (latest > newestOwnVersion(resource, observed)) return newerExists(held, latest);
    return { reason: Reason.MatchesOlderVersion, message: `${held}; the newest is version ${latest}` };
  }
  return { reason: Reason.InSync, message: held };
}

function newerExists(held: string, latest: number): { reason: string; message: string } {
  const foreign = `somebody else registered version ${latest} after it`;
  const next = 'to go on from there, make spec.schema say what that version says';
  return { reason: Reason.NewerVersionExists, message: `${held}, and ${foreign}; ${next}` };
}

/** What was there when the subject became this resource's counts as its own. */
function newestOwnVersion({ status }: EventSchema, { registered, versions }: SeenSchema): number {
  const latest = versions.at(-1) ?? 0;
  if (registered === undefined || registered.version === latest) return latest;
  const known = status?.version === undefined ? latest : (status.newestOwnVersion ?? status.latestVersion ?? latest);
  return Math.max(known, registered.version);
}

function without(observed: SeenSchema | undefined): string {
  const paths = pathsNotStored(observed?.notStored ?? []);
  return paths ? `, and the registry does not keep ${paths.join(', ')}` : '';
}

const mostPaths = 32;

function pathsNotStored(notStored: SeenSchema['notStored']): string[] | undefined {
  return notStored.length > 0 ? notStored.slice(0, mostPaths).map(({ path }) => path || '/') : undefined;
}

/** What was registered before stays on record while a newer text is refused. */
function versionFields(
  resource: EventSchema,
  observed: SeenSchema,
  { refusal, isForeign }: SchemaPlan,
  fingerprint: string | undefined,
): SchemaFields {
  const { registered, versions, notStored } = observed;
  const latestVersion = versions.at(-1);
  // A version on record is what makes a subject ours.
  if (isForeign) return { latestVersion };
  if (refusal) {
    const problems = refusal.problems.length > 0 ? [...refusal.problems] : undefined;
    return { latestVersion, lastCheck: { compatible: false, problems } };
  }
  if (!registered) return { latestVersion };
  const { id, version } = registered;
  return {
    ...{ latestVersion, schemaId: id, version, fingerprint },
    newestOwnVersion: newestOwnVersion(resource, observed),
    notStored: pathsNotStored(notStored),
    lastCheck: { compatible: true },
  };
}

/**
 * The level that we set, and only that, stays on record; the one to put back goes once schema and level are settled,
 * accepted or refused.
 */
function levelFields(resource: EventSchema, observed: SeenSchema, plan: SchemaPlan): SchemaFields {
  const { spec, status } = resource;
  const inForce = plan.change === undefined;
  const isOurs = Boolean(status?.appliedCompatibility ?? status?.previousCompatibility) || observed.ownWrites.level;
  const settled = plan.actions.length === 0 && plan.blocked.every(({ reason }) => verdicts.includes(reason));
  const previous = settled ? undefined : status?.previousCompatibility;
  // As long as a level to put back is on record, this one tells that it is not wanted any more.
  const isUndecided = !inForce || (previous !== undefined && spec.compatibility === undefined);
  return {
    effectiveCompatibility: observed.level,
    previousCompatibility: previous,
    appliedCompatibility: isUndecided ? status?.appliedCompatibility : isOurs ? spec.compatibility : undefined,
  };
}

/** All other blocks only put off what is to be done. */
const verdicts: readonly string[] = [Reason.Incompatible, Reason.InvalidSchema, Reason.UnsupportedByRegistry];

/** What this resource registered stays on record; what the registry holds now is only for those who may have it. */
function refused(resource: EventSchema, { use }: Extract<ObservedSchema, { kind: 'refused' }>): SchemaFields {
  return {
    cluster: use.name,
    subject: subjectOf(resource),
    ownedBy: undefined,
    latestVersion: undefined,
    effectiveCompatibility: undefined,
    lastCheck: undefined,
  };
}

function notMine(resource: EventSchema, { use, owner }: Extract<ObservedSchema, { kind: 'notMine' }>): SchemaFields {
  const ownerIsHere = owner.namespace === resource.metadata.namespace;
  return {
    cluster: use.name,
    subject: subjectOf(resource),
    ownedBy: ownerIsHere ? owner.name : undefined,
    schemaId: undefined,
    version: undefined,
    latestVersion: undefined,
    newestOwnVersion: undefined,
    fingerprint: undefined,
    notStored: undefined,
    effectiveCompatibility: undefined,
    lastCheck: undefined,
  };
}
