import { CONNECTIONS, type Resource } from '../stage/kube.ts';
import { inLanes, secondsOf } from '../stage/lanes.ts';
import { addNamespace, calmDown, clearTopics, type Stage } from '../stage/stage.ts';
import { changeFor, type Phase } from './phases.ts';
import { TopicSet } from './topic-set.ts';

/** Topics per request: both are tried, and the better one counts. */
const BATCHES = [100, 1_000];

/** What an operator does to one resource, as seen before. */
export interface Sample {
  /** Of a resource that was Ready. */
  status: Resource['status'];
  /** Of the same resource: what keeps it from going before the operator is done with it. */
  finalizers: readonly string[];
  /** Whether topics stay when their resources are deleted. */
  keepsTopics: boolean;
}

/**
 * Seconds that a phase takes without any operator: what a user asks for, what Kafka has to do, what a status says, and
 * the finalizers that come and go where the operator has them.
 */
export interface FloorTimes {
  resources: number;
  topics: number;
  /** Topics per request. */
  batch: number;
  statuses: number;
  finalizers: number;
}

export function secondsOfFloor({ resources, topics, statuses, finalizers }: FloorTimes): number {
  return resources + topics + statuses + finalizers;
}

export interface FloorPlan {
  /** The namespace, and how names of resources begin; new. */
  name: string;
  count: number;
  phases: readonly Phase[];
}

export type Batches = ReadonlyMap<Phase, number>;

/** Goes through the plan once for each size of request, and finds the better one for each phase. */
export async function chooseBatches(stage: Stage, sample: Sample, plan: FloorPlan): Promise<Batches> {
  const best = new Map<Phase, FloorTimes>();
  for (const batch of BATCHES) {
    const batches = new Map(plan.phases.map((phase) => [phase, batch]));
    const times = await measureFloor(stage, sample, { ...plan, name: `${plan.name}-by-${batch}` }, batches);
    for (const [phase, one] of times) {
      if (one.topics < (best.get(phase)?.topics ?? Number.POSITIVE_INFINITY)) best.set(phase, one);
    }
  }
  return new Map([...best].map(([phase, { batch }]) => [phase, batch]));
}

/**
 * Takes resources and their topics through phases from this one process, each step as one burst: the resources'
 * requests, the same for topics straight at a broker, and a merge patch of each status or of its finalizers.
 */
export async function measureFloor(
  stage: Stage,
  sample: Sample,
  { name, count, phases }: FloorPlan,
  batches: Batches,
): Promise<ReadonlyMap<Phase, FloorTimes>> {
  const collection = await addNamespace(stage, name);
  const names = namesOf(name, count);
  const set = new TopicSet(stage.kafka, stage.template, names);
  const times = new Map<Phase, FloorTimes>();
  for (const [index, phase] of phases.entries()) {
    await calmDown(stage);
    const batch = batches.get(phase) ?? 1;
    const deleting = phase === 'delete';
    const status = { ...sample.status, observedGeneration: index + 1 };
    const guarded = sample.finalizers.length > 0 && (phase === 'create' || deleting);
    const metadata = { finalizers: deleting ? [] : sample.finalizers };
    const patchAll = (subresource: string, body: object) => patchEach(stage, collection, names, subresource, body);

    const resources = await secondsOf(() => changeAll(stage, phase, collection, names));
    const topics = deleting && sample.keepsTopics ? 0 : await secondsOf(() => set.apply(phase, batch));
    const finalizers = guarded ? await secondsOf(() => patchAll('', { metadata })) : 0;
    const statuses = deleting ? 0 : await secondsOf(() => patchAll('/status', { status }));
    times.set(phase, { resources, topics, batch, statuses, finalizers });
  }
  await clearTopics(stage);
  return times;
}

/** Names of resources, unique in all namespaces as long as `prefix` is. */
export function namesOf(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

function changeAll({ kube, template }: Stage, phase: Phase, collection: string, names: readonly string[]) {
  return inLanes(names, CONNECTIONS, (name) => kube.change(changeFor(phase, template, collection, name)));
}

function patchEach({ kube }: Stage, collection: string, names: readonly string[], subresource: string, body: object) {
  return inLanes(names, CONNECTIONS, (name) =>
    kube.change({ method: 'PATCH', path: `${collection}/${name}${subresource}`, body }),
  );
}
