import type { EventSchema } from '../../crds/event-schema.ts';
import { Reason } from '../../crds/reasons.ts';
import type { CompatibilityLevel, RegisteredSchema, SchemaText } from '../../ports/registry.ts';
import type { Blocked, Plan } from '../../runtime/kind.ts';
import { type Refusal, refuse, wait } from '../blocked.ts';
import { type ClusterAccess, holdWhenReadOnly } from '../cluster-use.ts';
import { refuseUngranted } from '../grants.ts';
import { describeOwner } from '../ownership.ts';
import { refuseToAdopt } from './adoption.ts';
import { refuseLost } from './lost.ts';
import { readOnlyForMs } from './memory/read-only.ts';
import { believedForMs } from './memory/refusals.ts';
import { mistakesIn } from './mistakes.ts';
import type { ObservedSchema, RegistryRefusal, RegistryUse, SeenSchema } from './observed.ts';
import { subjectOf } from './subject.ts';

/** A level of the subject's own, or `Inherited`: the registry's global one applies. */
export type SubjectLevel = CompatibilityLevel | 'Inherited';

export interface LevelChange {
  from: SubjectLevel;
  to: SubjectLevel;
}

export type SchemaAction =
  /** Writes down the level that a refusal or a crash has to put back. */
  | { kind: 'rememberLevel'; resource: EventSchema; previous: SubjectLevel }
  | { kind: 'setLevel'; use: RegistryUse; resource: EventSchema; subject: string; change: LevelChange }
  /** Level and schema as one step: a refused schema leaves the level as it was. */
  | {
      kind: 'register';
      use: RegistryUse;
      resource: EventSchema;
      subject: string;
      wanted: SchemaText;
      /** As seen when this was decided. */
      versions: SeenSchema['versions'];
      level: SeenSchema['level'];
      change: LevelChange | undefined;
    }
  /** A change that was begun and then given up: the level goes back. */
  | { kind: 'restoreLevel'; use: RegistryUse; subject: string; change: LevelChange };

export interface SchemaPlan extends Plan<SchemaAction> {
  /** Wanted of the subject's level and not in force, whether or not it may be changed now. */
  change: LevelChange | undefined;
  /** What stands against the schema, found here or said by the registry. */
  refusal: SchemaRefusal | undefined;
  /** The subject is somebody else's, whatever of the schema it holds. */
  isForeign: boolean;
}

/** mistaken: the registry is not asked, because the text is no schema. */
export type SchemaRefusal = RegistryRefusal | { kind: 'mistaken'; problems: readonly string[] };

const lookAgainMs = 30_000;

export function schemaTextOf({ spec }: EventSchema): SchemaText {
  return {
    format: spec.format,
    // Editors put a byte order mark there, and registries find no schema behind it.
    schema: spec.schema.replace(/^\uFEFF/, ''),
    references: spec.references ?? [],
    normalize: spec.normalize,
  };
}

/**
 * Judged before the registry is asked: the subject, and those that the schema refers to. The user does not learn
 * whether a subject that is not granted exists.
 */
export function refuseSubjects(resource: EventSchema, use: ClusterAccess): Blocked | undefined {
  const referred = resource.spec.references?.map(({ subject }) => subject) ?? [];
  return refuseUngranted(use, 'subjects', [...new Set([subjectOf(resource), ...referred])]);
}

export function planSchema(resource: EventSchema, observed: ObservedSchema): SchemaPlan {
  if (observed.kind !== 'seen') {
    const nothing = { change: undefined, refusal: undefined, isForeign: false };
    return { ...blockedBy(blockOf(resource, observed)), ...nothing };
  }
  const change = levelChange(resource, observed);
  const refusal = refusalOf(observed);
  const notAdopted = refuseToAdopt(resource, observed);
  const findings = { change, refusal, notAdopted };
  return { ...planSeen(resource, observed, findings), change, refusal, isForeign: notAdopted !== undefined };
}

interface Findings extends Pick<SchemaPlan, 'change' | 'refusal'> {
  /** What keeps the subject from becoming ours. */
  notAdopted: Refusal | undefined;
}

/** What is registered is a schema, whatever we find in it; what is not, the registry is not asked to take with a mistake. */
function refusalOf({ wanted, registered, missingReferences, refusal }: SeenSchema) {
  if (registered !== undefined || missingReferences.length > 0) return undefined;
  const problems = mistakesIn(wanted);
  return problems.length > 0 ? { kind: 'mistaken' as const, problems } : refusal;
}

type Steps = Plan<SchemaAction>;

type Unseen = Exclude<ObservedSchema, SeenSchema>;

function blockOf(resource: EventSchema, observed: Unseen): Blocked {
  return observed.kind === 'notMine' ? ownedByOther(resource, observed) : observed.blocked;
}

function planSeen(resource: EventSchema, observed: SeenSchema, findings: Findings): Steps {
  const steps = planSubject(resource, observed, findings);
  const hold = steps.actions.length > 0 ? holdOf(observed) : undefined;
  return hold ? blockedBy(hold) : steps;
}

/** What keeps any change from being made now. */
function holdOf({ use, readOnly }: SeenSchema): Blocked | undefined {
  if (use.readOnly) return holdWhenReadOnly(use);
  if (readOnly === undefined) return undefined;
  const next = 'it goes on by itself once the registry takes changes again';
  return wait(Reason.RegistryReadOnly, { what: readOnly, next }, readOnlyForMs);
}

function ownedByOther(resource: EventSchema, { owner }: Extract<ObservedSchema, { kind: 'notMine' }>): Blocked {
  const named = describeOwner(owner, resource.metadata.namespace ?? '');
  const subject = subjectOf(resource);
  const what = `subject "${subject}" is owned by ${named}`;
  return refuse(Reason.OwnedByOther, { what, next: 'delete one of the two resources' });
}

function planSubject(resource: EventSchema, observed: SeenSchema, { change, refusal, notAdopted }: Findings): Steps {
  if (observed.missingReferences.length > 0) return blockedBy(referencesMissing(observed.missingReferences));
  const kept = refuseLost(resource, observed) ?? notAdopted;
  if (kept) return blockedBy(kept);
  if (refusal) return planAfterRefusal(resource, observed, refusal);
  if (!observed.registered) return planRegistration(resource, observed, change);
  const blocked = refuseLoss(resource, observed, observed.registered);
  if (!change) return blockedBy(...blocked);
  const setLevel: SchemaAction = {
    kind: 'setLevel',
    use: observed.use,
    resource,
    subject: subjectOf(resource),
    change,
  };
  return { actions: [setLevel], blocked };
}

/** What nobody acts upon, such as documentation, the status says without holding anything back. */
function refuseLoss(resource: EventSchema, { notStored }: SeenSchema, { version }: RegisteredSchema): Blocked[] {
  const lost = notStored.filter(({ matters }) => matters).map(({ path }) => path || 'the schema as it is written');
  if (lost.length === 0) return [];
  const what = `subject "${subjectOf(resource)}": the registry took the schema as version ${version} and does not keep`;
  const next = 'remove it from spec.schema, or use a registry that keeps it';
  return [refuse(Reason.UnsupportedByRegistry, { what: `${what} ${lost.join(', ')}`, next })];
}

/** A level of a subject that exists is written down before it changes. */
function planRegistration(resource: EventSchema, observed: SeenSchema, change: LevelChange | undefined): Steps {
  const { use, versions, level, normalFormLoses } = observed;
  const subject = subjectOf(resource);
  const wanted = { ...observed.wanted, normalize: observed.wanted.normalize && !normalFormLoses };
  const mustRemember = change && versions.length > 0 && resource.status?.previousCompatibility === undefined;
  const remember: SchemaAction[] = mustRemember ? [{ kind: 'rememberLevel', resource, previous: change.from }] : [];
  return {
    actions: [...remember, { kind: 'register', use, resource, subject, wanted, versions, level, change }],
    blocked: [],
  };
}

function planAfterRefusal(resource: EventSchema, observed: SeenSchema, refusal: SchemaRefusal): Steps {
  const previous = resource.status?.previousCompatibility;
  const from = ownLevel(observed);
  const blocked = [refuseSchema(resource, refusal)];
  if (previous === undefined || previous === from) return { actions: [], blocked };
  const change = { from, to: previous };
  const restore: SchemaAction = { kind: 'restoreLevel', use: observed.use, subject: subjectOf(resource), change };
  return { actions: [restore], blocked };
}

/**
 * Wanted by the spec and not in force. A level that the spec does not name is the registry's own again,
 * if it was this resource that set the subject's, and what it was where the change was interrupted; a level that somebody
 * else set is left alone.
 */
function levelChange(resource: EventSchema, observed: SeenSchema): LevelChange | undefined {
  const { spec, status } = resource;
  const from = ownLevel(observed);
  const to =
    spec.compatibility ?? (status?.appliedCompatibility ? 'Inherited' : (status?.previousCompatibility ?? from));
  // Some registries keep no level None of a subject: where nothing is checked anyway, there is nothing to set.
  const nothingChecked = to === 'None' && observed.level.level === 'None';
  return from === to || nothingChecked ? undefined : { from, to };
}

function ownLevel({ level }: SeenSchema): SubjectLevel {
  return level.source === 'Subject' ? level.level : 'Inherited';
}

/** In the same words at admission and in a round. */
export function refuseSchema(resource: EventSchema, { kind, problems }: SchemaRefusal): Blocked {
  const subject = subjectOf(resource);
  const reasons = problems.length > 0 ? problems.join('; ') : 'the registry gave no reasons';
  switch (kind) {
    case 'mistaken': {
      const what = `subject "${subject}": the schema is wrong at ${reasons}`;
      return refuse(Reason.InvalidSchema, { what, next: 'correct spec.schema' });
    }
    case 'invalid': {
      const what = `subject "${subject}": the registry cannot read the schema: ${reasons}`;
      return believed(refuse(Reason.InvalidSchema, { what, next: 'correct spec.schema' }));
    }
    case 'incompatible': {
      const what = `subject "${subject}": the schema is not compatible with earlier versions: ${reasons}`;
      return believed(refuse(Reason.Incompatible, { what, next: 'change spec.schema, or spec.compatibility' }));
    }
    case 'unproven': {
      const what = `subject "${subject}": the registry compares no schemas with references, and Sluice cannot tell whether this one agrees with earlier versions: ${reasons}`;
      const next = 'write the schema so that it can be compared, or register it by hand';
      return believed(refuse(Reason.UnsupportedByRegistry, { what, next }));
    }
    case 'unsupported': {
      const what = `subject "${subject}": the registry cannot deal with the schema, in which Sluice finds nothing wrong: ${reasons}`;
      const next = 'it is asked again every 10 minutes; write the schema otherwise, or use another registry';
      return believed(refuse(Reason.UnsupportedByRegistry, { what, next }));
    }
  }
}

/** What the registry said is asked again after a while. */
function believed(refusal: Refusal): Refusal {
  return { ...refusal, lookAgainMs: believedForMs };
}

function referencesMissing(missing: readonly string[]): Blocked {
  const what = `the registry does not hold ${missing.join(', ')}`;
  return wait(Reason.ReferenceNotReady, { what, next: 'register them first' }, lookAgainMs);
}

function blockedBy(...blocked: Blocked[]): Steps {
  return { actions: [], blocked };
}
