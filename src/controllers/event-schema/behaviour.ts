import { createHash } from 'node:crypto';
import type { Checker } from '../../compat/checker.ts';
import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventSchema } from '../../crds/event-schema.ts';
import { Reason } from '../../crds/reasons.ts';
import type { ResourceCache, ResourceStore } from '../../ports/kube.ts';
import type { SchemaReference, SchemaRegistry, SchemaText, StoredSchema } from '../../ports/registry.ts';
import type { Behaviour, Blocked, Round } from '../../runtime/kind.ts';
import { wait } from '../blocked.ts';
import { findCluster, type NamespaceView, questionOf } from '../cluster-use.ts';
import type { ClusterRegistries } from '../connections.ts';
import { refuseUngranted } from '../grants.ts';
import { type Claimant, claimant, ownerBeside } from '../ownership.ts';
import { actOnSchema, type SchemaMemory } from './act.ts';
import { findHeld, nothingHeld } from './held.ts';
import { subjectIndex } from './indexes.ts';
import { OwnWrites } from './memory/own-writes.ts';
import { ReadOnlySubjects } from './memory/read-only.ts';
import { Refusals } from './memory/refusals.ts';
import type { ObservedSchema, RegistryUse } from './observed.ts';
import { planSchema, refuseSubjects, type SchemaAction, type SchemaPlan, schemaTextOf } from './plan.ts';
import { reportSchema, type SchemaFields } from './report.ts';
import { subjectOf } from './subject.ts';

const lookAgainMs = 60_000;

/** What a look at a schema reads. */
export interface SchemaSources {
  schemas: Pick<ResourceCache<EventSchema>, 'byIndex'>;
  clusters: ResourceCache<EventCluster>;
  namespaces: NamespaceView;
  registry: ClusterRegistries;
  checker: Checker;
}

export interface SchemaDependencies extends SchemaSources {
  schemas: ResourceStore<EventSchema>;
}

export type EventSchemaBehaviour = Behaviour<EventSchema, ObservedSchema, SchemaAction, SchemaFields, SchemaPlan>;

export function eventSchemaBehaviour(dependencies: SchemaDependencies): EventSchemaBehaviour {
  const memory = newMemory();
  return {
    observe: (resource, round) => observeSchema(dependencies, memory, resource, round),
    plan: planSchema,
    act: (action, round) => actOnSchema({ ...dependencies, ...memory }, action, round),
    report: (resource, observed, plan) => reportSchema(resource, observed, plan, fingerprintIn(observed)),
    forget(key) {
      memory.refusals.forget(key);
      memory.ownWrites.forget(key);
    },
  };
}

export function newMemory(): SchemaMemory {
  return { refusals: new Refusals(), ownWrites: new OwnWrites(), readOnly: new ReadOnlySubjects() };
}

export async function observeSchema(
  deps: SchemaSources,
  { refusals, ownWrites, readOnly }: SchemaMemory,
  resource: EventSchema,
  { signal, now }: Pick<Round, 'signal' | 'now'>,
): Promise<ObservedSchema> {
  const found = findRegistry(deps, resource);
  if (found.kind === 'blocked') return { kind: 'noRegistry', blocked: found.blocked };
  const { use } = found;
  const ungranted = refuseSubjects(resource, use);
  if (ungranted) return { kind: 'refused', use, blocked: ungranted };
  const owner = subjectOwnerBeside(deps, resource, use);
  if (owner) return { kind: 'notMine', use, owner };
  const registry = deps.registry.to(use.cluster);
  const subject = subjectOf(resource);
  const missingReferences = await absentVersions(registry, resource.spec.references ?? [], signal);
  const [versions = [], level, newest] = await Promise.all([
    registry.listVersions(subject, { signal }),
    registry.readLevel(subject, { signal }),
    registry.readVersion(subject, 'latest', { signal }),
  ]);
  const latest = await asListed(registry, { subject, versions, newest }, signal);
  const wanted = schemaTextOf(resource);
  const takenId = ownWrites.takenId(resource, wanted) ?? takenBefore(resource, wanted);
  const search = { registry, subject, wanted, latest, takenId };
  // Looking up a schema whose references are missing is an error in some registries, and cannot succeed in any.
  const held = missingReferences.length > 0 ? nothingHeld : await findHeld(search, signal);
  const mayBeRefused = held.registered === undefined && missingReferences.length === 0;
  const known = { subject, status: resource.status, versions, latest };
  const replacedBy = mayBeRefused ? await findReplacement(registry, known, signal) : undefined;
  const refusal = mayBeRefused ? refusals.find(resource, { wanted, versions, level }, now) : undefined;
  return {
    kind: 'seen',
    ...{ use, wanted, versions, level, ...held, missingReferences, refusal, replacedBy },
    ownWrites: { registered: ownWrites.hasRegistered(resource), level: ownWrites.hasSetLevel(resource) },
    readOnly: readOnly.find(use.url, subject, now),
  };
}

/** Somebody may register or delete between two reads; the list is what everything else is judged by. */
async function asListed(
  registry: SchemaRegistry,
  { subject, versions, newest }: { subject: string; versions: readonly number[]; newest: StoredSchema | undefined },
  signal: AbortSignal,
): Promise<StoredSchema | undefined> {
  const listed = versions.at(-1);
  if (listed === newest?.version) return newest;
  return listed === undefined ? undefined : registry.readVersion(subject, listed, { signal });
}

interface Known {
  subject: string;
  status: EventSchema['status'];
  versions: readonly number[];
  latest: StoredSchema | undefined;
}

/** A registry at another URL, or one that gives the number of a deleted version again, holds another schema there. */
async function findReplacement(
  registry: SchemaRegistry,
  { subject, status, versions, latest }: Known,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { version, schemaId } = status ?? {};
  if (version === undefined || schemaId === undefined || !versions.includes(version)) return undefined;
  const stored = version === latest?.version ? latest : await registry.readVersion(subject, version, { signal });
  return stored?.id === schemaId ? undefined : stored?.id;
}

type FoundRegistry = { kind: 'found'; use: RegistryUse } | { kind: 'blocked'; blocked: Blocked };

function findRegistry({ clusters, namespaces }: SchemaSources, resource: EventSchema): FoundRegistry {
  const answer = findCluster(questionOf(resource, namespaces), clusters.list());
  if (answer.kind === 'blocked') return { kind: 'blocked', blocked: answer.blocked };
  const url = answer.use.cluster.spec.registry?.url;
  if (url !== undefined) return { kind: 'found', use: { ...answer.use, url } };
  const said = {
    what: `EventCluster "${answer.use.name}" names no schema registry`,
    next: 'set its spec.registry.url',
  };
  return { kind: 'blocked', blocked: wait(Reason.RegistryNotConfigured, said, lookAgainMs) };
}

/**
 * One owner for each subject of a registry. One that is refused registers nothing, so it holds no subject against others;
 * one that registered there holds it as long as the subject itself is granted, whatever is said of its references.
 */
function subjectOwnerBeside(deps: SchemaSources, resource: EventSchema, { url }: RegistryUse): Claimant | undefined {
  const subject = subjectOf(resource);
  const holds = (rival: EventSchema): boolean => {
    const found = findRegistry(deps, rival);
    if (found.kind === 'blocked' || found.use.url !== url) return false;
    const { use } = found;
    const refusal = hasRegistered(rival) ? refuseUngranted(use, 'subjects', [subject]) : refuseSubjects(rival, use);
    return refusal === undefined;
  };
  const rivals = deps.schemas.byIndex(subjectIndex, subject).filter(holds);
  return ownerBeside(
    resource,
    rivals.map((rival) => claimant(rival, hasRegistered(rival))),
  );
}

function hasRegistered({ status }: EventSchema): boolean {
  return status?.version !== undefined;
}

async function absentVersions(registry: SchemaRegistry, references: readonly SchemaReference[], signal: AbortSignal) {
  const found = await Promise.all(references.map(({ subject }) => registry.listVersions(subject, { signal })));
  return references
    .filter(({ version }, index) => !found[index]?.includes(version))
    .map(({ subject, version }) => `version ${version} of subject "${subject}"`)
    .sort();
}

/** What an earlier process saw registered of this very text, as the status says. */
function takenBefore({ status }: EventSchema, wanted: SchemaText): number | undefined {
  return status?.fingerprint === fingerprintOf(wanted) ? status.schemaId : undefined;
}

function fingerprintIn(observed: ObservedSchema): string | undefined {
  return observed.kind === 'seen' ? fingerprintOf(observed.wanted) : undefined;
}

function fingerprintOf({ schema, references }: SchemaText): string {
  const text = JSON.stringify([schema, references]);
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
