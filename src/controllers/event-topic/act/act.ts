import { assertNever } from '../../../base/assert-never.ts';
import { Reason } from '../../../crds/reasons.ts';
import { Fault } from '../../../ports/fault.ts';
import type { Book, Claim } from '../../../ports/journal.ts';
import type { EventNote } from '../../../ports/kube.ts';
import type { Round } from '../../../runtime/kind.ts';
import { adminOf } from '../../connections.ts';
import type { ActionOf, TopicAction } from '../actions.ts';
import { claimName } from '../identity.ts';
import { explainRefusedCreation } from '../look/refused-creation.ts';
import type { WrittenSettings } from '../memory/written-settings.ts';
import { actOnReassignment } from '../reassignment/act.ts';
import type { Throttles } from '../reassignment/throttles.ts';
import { type DeletionEffects, deleteTopic } from './delete.ts';

export interface TopicEffects extends DeletionEffects {
  claims: Book<Claim>;
  written: WrittenSettings;
  throttles: Throttles;
}

export async function actOnTopic(
  effects: TopicEffects,
  action: TopicAction,
  round: Round,
): Promise<EventNote | undefined> {
  switch (action.kind) {
    case 'create':
      return createTopic(effects, action, round);
    case 'adopt':
      await claim(effects, action, action.name, action, round);
      return happened(Reason.Adopted, `adopted topic "${action.name}" with id ${action.id}, which existed before`);
    case 'disclaim':
      effects.claims.release(claimName(action.use.clusterId, action.name));
      return undefined;
    case 'handOver':
      effects.claims.release(claimName(action.use.clusterId, action.name));
      await claim(effects, action, action.name, { uid: action.heirUid, id: action.id }, round);
      return happened(Reason.Released, `handed topic "${action.name}" over to the next resource that claims it`);
    case 'grow':
      await adminOf(effects.kafka, action.use).growTopic(action.name, action.to, { signal: round.signal });
      return happened(
        Reason.PartitionsGrown,
        `grew topic "${action.name}" from ${action.from} to ${action.to} partitions`,
      );
    case 'configure':
      return configureTopic(effects, action, round);
    case 'reassign':
    case 'endReassignment':
      return actOnReassignment(effects, action, round);
    case 'delete':
      return deleteTopic(effects, action, round);
    default:
      return assertNever(action);
  }
}

/**
 * The claim goes into the journal first: after a crash, or an answer that got lost, "already exists" with our claim is
 * our own topic. A claim made in this very call proves nothing when somebody else was faster, so it is taken back.
 */
async function createTopic(effects: TopicEffects, action: ActionOf<'create'>, round: Round): Promise<EventNote> {
  const { use, uid, topic, replaces, supersedes } = action;
  const admin = adminOf(effects.kafka, use);
  const key = claimName(use.clusterId, topic.name);
  const before = effects.claims.find(key);
  const claimedBefore = before?.uid === uid && before.creates === true && before.replaces === replaces;
  if (!claimedBefore) await claim(effects, action, topic.name, { uid, creates: true, replaces, supersedes }, round);
  try {
    const created = await admin.createTopic(topic, { signal: round.signal });
    return happened(Reason.Created, `created topic "${topic.name}" with ${created.partitions} partitions`);
  } catch (error) {
    if (createdNothing(error, claimedBefore)) effects.claims.release(key);
    throw error instanceof Fault ? await explainRefusedCreation(admin, action, error, round) : error;
  }
}

/** After a refusal the claim would make ours what somebody else creates later. After silence nobody knows, so it stays. */
function createdNothing(error: unknown, claimedBefore: boolean): boolean {
  if (!(error instanceof Fault) || error.code === 'CREATED_UNREADABLE') return false;
  if (error.kind === 'rejected') return true;
  // Both are said of a topic that an earlier attempt of ours may have created.
  return !claimedBefore && (error.kind === 'denied' || error.code === 'TOPIC_ALREADY_EXISTS');
}

interface NewClaim {
  uid: string;
  creates?: true;
  replaces?: string | undefined;
  id?: string | undefined;
  /** Whose claim makes way. */
  supersedes?: string | undefined;
}

function claim(
  { claims }: TopicEffects,
  { use }: TopicAction,
  name: string,
  { uid, creates, replaces, id, supersedes }: NewClaim,
  { now }: Round,
): Promise<void> {
  const key = claimName(use.clusterId, name);
  // Only the claim that was judged: another one may have come since.
  if (supersedes !== undefined && supersedes !== uid && claims.find(key)?.uid === supersedes) claims.release(key);
  const known = { ...(creates && { creates }), ...(replaces && { replaces }), ...(id && { id }) };
  return claims.record(key, { uid, at: now.toISOString(), ...known });
}

async function configureTopic(effects: TopicEffects, action: ActionOf<'configure'>, round: Round): Promise<EventNote> {
  const { use, owner, name, changes, before, driftOnly } = action;
  await adminOf(effects.kafka, use).alterTopicConfig(name, changes, { signal: round.signal, before });
  effects.written.note(owner, changes, before, round.now);
  const keys = [...changes.keys()].sort().join(', ');
  return driftOnly
    ? happened(Reason.DriftCorrected, `set ${keys} of topic "${name}" back to what the spec says`)
    : happened(Reason.ConfigChanged, `changed ${keys} of topic "${name}"`);
}

function happened(reason: Reason, message: string): EventNote {
  return { type: 'Normal', reason, message };
}
