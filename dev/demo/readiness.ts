import type { Condition, Observable, Pod } from './cluster-reader.ts';

/** Something that is not ready yet, and why, in words for people. */
export interface Unready {
  name: string;
  why: string;
}

/** Which resources of ours are not Ready, and which Deployments not complete, as of their present generation. */
export function findUnready(resources: readonly Observable[], deployments: readonly Observable[]): readonly Unready[] {
  return [...resources.map(judgeResource), ...deployments.map(judgeDeployment)].filter((one) => one !== undefined);
}

/** Such as `EventTopic order-created is Progressing`, and how many others there are. */
export function describeUnready([first, ...others]: readonly Unready[]): string {
  if (!first) return '';
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return `${first.name}: ${first.why}${more}`;
}

function judgeResource(resource: Observable): Unready | undefined {
  const { kind, metadata, status } = resource;
  const name = `${kind} ${metadata.name}`;
  if (!isCurrent(resource)) return { name, why: 'not looked at yet' };
  const ready = conditionOf(status?.conditions, 'Ready');
  if (ready?.status === 'True') return undefined;
  return { name, why: ready ? `${ready.reason}: ${ready.message}` : 'without a condition Ready' };
}

function judgeDeployment(deployment: Observable): Unready | undefined {
  const { metadata, spec, status } = deployment;
  const name = `Deployment ${metadata.name}`;
  if (!isCurrent(deployment)) return { name, why: 'not looked at yet' };
  const available = conditionOf(status?.conditions, 'Available');
  const ready = status?.readyReplicas ?? 0;
  const wanted = spec?.replicas ?? 1;
  if (available?.status === 'True' && ready >= wanted) return undefined;
  return { name, why: `${ready} of ${wanted} replicas are ready` };
}

function isCurrent({ metadata, status }: Observable): boolean {
  return status?.observedGeneration !== undefined && status.observedGeneration === metadata.generation;
}

/** The address of a ready pod of the app, from its label `app`. */
export function addressOf(app: string, pods: readonly Pod[]): string | undefined {
  const isReady = ({ status }: Pod) => conditionOf(status?.conditions, 'Ready')?.status === 'True';
  const pod = pods.find((one) => one.metadata.labels?.app === app && !one.metadata.deletionTimestamp && isReady(one));
  return pod?.status?.podIP;
}

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}
