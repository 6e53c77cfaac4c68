import { Reason } from '../../../crds/reasons.ts';
import type { EventNote } from '../../../ports/kube.ts';
import type { Round } from '../../../runtime/kind.ts';
import { adminOf, type ClusterConnections } from '../../connections.ts';
import type { ReassignmentAction } from './plan.ts';
import type { Throttles } from './throttles.ts';

export interface ReassignmentEffects {
  kafka: ClusterConnections;
  throttles: Throttles;
}

/** What it answers is told to the user; `undefined`: it was not this topic's turn after all. */
export async function actOnReassignment(
  { kafka, throttles }: ReassignmentEffects,
  action: ReassignmentAction,
  { signal, now }: Round,
): Promise<EventNote | undefined> {
  const admin = adminOf(kafka, action.use);
  if (action.kind === 'endReassignment') {
    await throttles.end(admin, action.use.clusterId, action.name, { signal });
    return { type: 'Normal', reason: Reason.ReplicasChanged, message: `moved the replicas of topic "${action.name}"` };
  }
  const { batch, from, to } = action;
  const started = await throttles.start(admin, batch, { signal, now });
  if (started === 0) return undefined;
  const message = `brings topic "${batch.topic}" from ${from} to ${to} replicas`;
  return { type: 'Normal', reason: Reason.ReassignmentRunning, message };
}
