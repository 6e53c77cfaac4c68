import type { Assessment, Sight, SizeLimit } from './assessment.ts';
import { dealingOf, type PartitionDemand, worstMember } from './assign.ts';
import { type Capacity, steadyMs } from './capacity.ts';
import type { GroupFacts, ScalingFacts, ScalingSpec } from './facts.ts';
import { guessSize } from './guess.ts';
import { demandOf, loadsOf, makesProgress, movingLagSeconds, type PartitionLoad } from './rates.ts';
import { type GroupShape, mostUseful, usefulSizes } from './sizes.ts';

/** Members that joined need this long, and two commits, until their work shows. */
const leastSettlingMs = 20_000;
/** A backlog should be gone after this long; sooner would cost more replicas than it saves lateness. */
const leastCatchUpSeconds = 120;
/** Fewer replicas must do with this much to spare, so that ordinary swings do not bring the last one back. */
const shrinkMargin = 0.9;

/** What one snapshot says, before any rule about when to act. `undefined`: rates are not known yet. */
export function assess(
  spec: ScalingSpec,
  facts: ScalingFacts,
  group: GroupFacts,
  { capacity, membersPerReplica }: { capacity: Capacity; membersPerReplica: number },
): Assessment | undefined {
  const sight = look(facts, group);
  if (sight === undefined) return undefined;
  const { loads } = sight;
  const shape = shapeOf(loads, group.assignor, membersPerReplica);
  const sizes = usefulSizes(shape, { min: spec.minReplicas, max: spec.maxReplicas ?? mostUseful(shape) });
  const most = sizes.at(-1) ?? spec.minReplicas;
  const limit: SizeLimit = most < mostUseful(shape) ? 'AtMaxReplicas' : 'AtPartitionLimit';
  const catchUpSeconds = Math.max(leastCatchUpSeconds, 4 * spec.maxLagSeconds);
  const demand = loads.map((load) => ({ ...load, demand: demandOf(load, load.arrival, catchUpSeconds) }));
  // The largest of what was enough over a whole window decides, so the slow rate would make it wait twice.
  const present = loads.map((load) => ({ ...load, demand: demandOf(load, load.arrivalNow, catchUpSeconds) }));
  const enoughFor = (rate: number) => sizes.find((size) => fits(present, size, shape, rate * shrinkMargin));
  const memberRate = memberRateOf(spec, capacity, membersPerReplica);
  if (memberRate === undefined) {
    const { replicas } = facts;
    const guess = { replicas, sizes, limit, catchUpSeconds, shown: enoughFor(capacity.rate) };
    return { ...sight, sizes, memberRate, hot: [], ...guessSize(spec, sight, guess, capacity.overloaded) };
  }
  const need = sizes.find((size) => fits(demand, size, shape, memberRate));
  const hot = namesOf(loads.filter(({ arrival }) => arrival > memberRate));
  const unsplit = demand.some((one) => one.demand > memberRate) ? 'AtPartitionLimit' : undefined;
  const sizing = { need: need ?? most, enough: enoughFor(memberRate) ?? most, unmet: need ? unsplit : limit };
  return { ...sight, sizes, memberRate, hot, ...sizing };
}

function look({ replicas, ready }: ScalingFacts, group: GroupFacts): Sight | undefined {
  const loads = loadsOf(group);
  if (loads === undefined || loads.length === 0) return undefined;
  return {
    group,
    loads,
    arrival: loads.reduce((sum, { arrival }) => sum + arrival, 0),
    backlog: loads.reduce((sum, { progress, backlog }) => sum + (progress === 'moving' ? backlog : 0), 0),
    lagSeconds: movingLagSeconds(loads),
    progressing: makesProgress(group),
    settled: ready >= replicas && steadyMs(group) >= Math.max(leastSettlingMs, 2 * group.commitIntervalMs),
    stuck: namesOf(loads.filter(({ progress }) => progress === 'stuck')),
  };
}

function memberRateOf(spec: ScalingSpec, capacity: Capacity, membersPerReplica: number): number | undefined {
  if (spec.ratePerReplica !== undefined) return spec.ratePerReplica / membersPerReplica;
  return capacity.measured ? capacity.rate : undefined;
}

/** Whether every member, dealt to as the group's assignor would, can process what it gets. */
function fits(demands: readonly PartitionDemand[], replicas: number, shape: GroupShape, rate: number): boolean {
  if (rate === 0) return demands.every(({ demand }) => demand === 0);
  // A partition cannot be split: what it asks for beyond one member's rate, no number of replicas would give it.
  const capped = demands.map((one) => ({ ...one, demand: Math.min(one.demand, rate) }));
  return worstMember(capped, replicas * shape.membersPerReplica, shape.dealing) <= rate;
}

function shapeOf(loads: readonly PartitionLoad[], assignor: string, membersPerReplica: number): GroupShape {
  const partitionsByTopic = [...Map.groupBy(loads, ({ topic }) => topic).values()].map((own) => own.length);
  return { partitionsByTopic, dealing: dealingOf(assignor), membersPerReplica };
}

function namesOf(loads: readonly PartitionLoad[]): string[] {
  return loads.map(({ topic, partition }) => `${topic}/${partition}`).sort();
}
