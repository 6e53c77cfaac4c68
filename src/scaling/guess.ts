import type { Sight, SizeLimit, Sizing } from './assessment.ts';
import type { GroupFacts, ScalingSpec } from './facts.ts';

/** What may be chosen from while nobody knows what a member can process. */
export interface Choice {
  replicas: number;
  sizes: readonly number[];
  /** What the largest of them stands for. */
  limit: SizeLimit;
  catchUpSeconds: number;
  /** The size that would do by what members have been seen to do; `undefined`: none. */
  shown: number | undefined;
}

/**
 * Up: double when lag builds up. Down: to what members have been seen to do. Under the policy Cost a group that was
 * never too small also tries one size fewer, and learns by that.
 */
export function guessSize(spec: ScalingSpec, sight: Sight, choice: Choice, overloaded: boolean): Sizing {
  const { replicas, sizes, shown } = choice;
  const { lagSeconds, group } = sight;
  if (lagSeconds !== undefined && lagSeconds > tolerableLagSeconds(spec, group)) {
    return { need: sizeWhenLate(sight, choice), enough: replicas, unmet: largest(choice) ? choice.limit : undefined };
  }
  const tries = spec.policy === 'Cost' && !overloaded;
  const tried = tries ? sizes.findLast((size) => size < replicas) : undefined;
  const enough = lagSeconds === undefined ? replicas : Math.min(replicas, shown ?? replicas, tried ?? replicas);
  return { need: replicas, enough, unmet: undefined };
}

/** Lag above this, in seconds, says that the group is too small; below it, commits and polls explain it. */
function tolerableLagSeconds({ maxLagSeconds }: ScalingSpec, { commitIntervalMs }: GroupFacts): number {
  return maxLagSeconds / 4 + commitIntervalMs / 1000;
}

function sizeWhenLate(sight: Sight, { replicas, sizes, catchUpSeconds }: Choice): number {
  if (drains(sight, catchUpSeconds)) return replicas;
  return sizes.find((size) => size >= 2 * replicas) ?? Math.max(replicas, sizes.at(-1) ?? replicas);
}

/** The group gets on fast enough to be rid of its backlog in time. */
function drains({ loads, backlog }: Sight, catchUpSeconds: number): boolean {
  const surplus = loads.reduce((sum, { commitRate, arrivalNow }) => sum + commitRate - arrivalNow, 0);
  return surplus > 0 && backlog / surplus <= catchUpSeconds;
}

function largest({ replicas, sizes }: Choice): boolean {
  return replicas >= (sizes.at(-1) ?? replicas);
}
