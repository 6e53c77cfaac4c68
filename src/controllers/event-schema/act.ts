import { assertNever } from '../../base/assert-never.ts';
import type { Checker } from '../../compat/checker.ts';
import type { EventSchema } from '../../crds/event-schema.ts';
import { Reason } from '../../crds/reasons.ts';
import { Fault } from '../../ports/fault.ts';
import type { EventNote, ResourceStore } from '../../ports/kube.ts';
import { failedCode, type RegisterResult, readOnlyCode, type SchemaRegistry } from '../../ports/registry.ts';
import type { Round } from '../../runtime/kind.ts';
import type { ClusterRegistries } from '../connections.ts';
import type { OwnWrites } from './memory/own-writes.ts';
import type { ReadOnlySubjects } from './memory/read-only.ts';
import type { Refusals } from './memory/refusals.ts';
import type { RegistryRefusal, RegistryUse } from './observed.ts';
import type { LevelChange, SchemaAction, SubjectLevel } from './plan.ts';
import { explainRefusal, refuseUnchecked } from './verdict.ts';

/** What became of writes to the registry. */
export interface SchemaMemory {
  refusals: Refusals;
  ownWrites: OwnWrites;
  readOnly: ReadOnlySubjects;
}

export interface SchemaEffects extends SchemaMemory {
  schemas: ResourceStore<EventSchema>;
  registry: ClusterRegistries;
  checker: Checker;
}

export async function actOnSchema(
  effects: SchemaEffects,
  action: SchemaAction,
  round: Round,
): Promise<EventNote | undefined> {
  try {
    return await carryOut(effects, action, round);
  } catch (error) {
    if (action.kind === 'rememberLevel' || !(error instanceof Fault) || error.code !== readOnlyCode) throw error;
    // It is nothing that the user could mend, and it ends without a sign.
    effects.readOnly.remember(action.use.url, action.subject, error.message, round.now);
    return undefined;
  }
}

async function carryOut(effects: SchemaEffects, action: SchemaAction, round: Round): Promise<EventNote | undefined> {
  switch (action.kind) {
    case 'rememberLevel':
      await effects.schemas.patchStatus(action.resource, { previousCompatibility: action.previous }, round);
      return undefined;
    case 'setLevel':
      await setLevel(effects, action, action.change, round);
      return levelNote(Reason.LevelChanged, action.subject, action.change);
    case 'restoreLevel':
      await writeLevel(registryOf(effects, action.use), action.subject, action.change.to, round);
      return levelNote(Reason.LevelRestored, action.subject, action.change);
    case 'register':
      return register(effects, action, round);
    default:
      return assertNever(action);
  }
}

type RegisterAction = Extract<SchemaAction, { kind: 'register' }>;

type SetLevelAction = Pick<RegisterAction, 'use' | 'subject' | 'resource'>;

/** Returns what takes the note back that this resource set the level. */
async function setLevel(
  effects: SchemaEffects,
  { use, subject, resource }: SetLevelAction,
  { to }: LevelChange,
  round: Round,
): Promise<() => void> {
  const withdraw = effects.ownWrites.noteLevel(resource);
  try {
    await writeLevel(registryOf(effects, use), subject, to, round);
  } catch (error) {
    if (isAnswer(error)) withdraw();
    throw error;
  }
  return withdraw;
}

/** Level, then schema; any answer but yes puts the level back. What nobody has looked at yet is not registered over. */
async function register(effects: SchemaEffects, action: RegisterAction, round: Round): Promise<EventNote | undefined> {
  const { use, subject, wanted, level, change, resource } = action;
  const registry = registryOf(effects, use);
  const versions = (await registry.listVersions(subject, round)) ?? [];
  if (versions.join() !== action.versions.join()) return undefined;
  const judging = { registry, checker: effects.checker };
  const offered = { subject, wanted, level: resource.spec.compatibility ?? level.level, versions };
  // To ask again is to change the level and to put it back, which is for nothing where we know the answer.
  const remember = (refusal: RegistryRefusal) =>
    effects.refusals.remember(resource, { wanted, versions, level }, refusal, {
      now: round.now,
      forGood: change !== undefined && refusal.isExplained === true,
    });
  const unchecked = await refuseUnchecked(judging, offered, round.signal);
  if (unchecked) {
    remember(unchecked);
    return undefined;
  }
  const withdrawLevel = change && (await setLevel(effects, action, change, round));
  const putLevelBack = async () => {
    if (change) await writeLevel(registry, subject, change.from, round);
    withdrawLevel?.();
  };
  const withdraw = effects.ownWrites.noteRegistration(resource);
  const result = await offer(effects, action, versions, round).catch(async (error) => {
    if (!isAnswer(error)) throw error;
    withdraw();
    await putLevelBack();
    throw error;
  });
  if (result.kind === 'registered') {
    if (!wanted.normalize) effects.ownWrites.noteTaken(resource, wanted, result.id);
    return happened(Reason.Registered, `registered the schema of subject "${subject}" with id ${result.id}`);
  }
  withdraw();
  await putLevelBack();
  // In the registry's words first: reads that fail must not make it be asked again and again.
  remember(result);
  remember(await explainRefusal(judging, offered, result, round.signal));
  return undefined;
}

/** A registry that fails over a schema, though it answers reads, has not refused it: the level goes back all the same. */
async function offer(
  effects: SchemaEffects,
  { use, subject, wanted, level, change, resource }: RegisterAction,
  versions: readonly number[],
  round: Round,
): Promise<RegisterResult | RegistryRefusal> {
  const registry = registryOf(effects, use);
  try {
    return await registry.register(subject, wanted, round);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== failedCode) throw error;
    if (effects.refusals.noteFailure(resource, { wanted, versions, level })) {
      return { kind: 'unsupported', problems: [error.message] };
    }
    if (change) await writeLevel(registry, subject, change.from, round);
    throw error;
  }
}

/** Whether the registry has said no. After any other Fault it may have done what it was asked for. */
function isAnswer(error: unknown): boolean {
  return error instanceof Fault && error.kind !== 'unavailable';
}

function registryOf({ registry }: SchemaEffects, { cluster }: RegistryUse): SchemaRegistry {
  return registry.to(cluster);
}

function writeLevel(registry: SchemaRegistry, subject: string, level: SubjectLevel, { signal }: Round): Promise<void> {
  return registry.writeLevel(subject, level === 'Inherited' ? undefined : level, { signal });
}

function levelNote(reason: Reason, subject: string, { from, to }: LevelChange): EventNote {
  return happened(reason, `compatibility of subject "${subject}" is ${to} and was ${from}`);
}

function happened(reason: Reason, message: string): EventNote {
  return { type: 'Normal', reason, message };
}
