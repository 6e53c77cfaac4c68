import { Reason } from '../../../crds/reasons.ts';
import type { TopicState } from '../../../ports/kafka.ts';
import type { Condition, Finding } from '../../../runtime/kind.ts';
import type { ClusterAccess } from '../../cluster-use.ts';
import type { NameVerdict } from '../look/naming.ts';
import type { Traffic } from '../observed.ts';
import { describeViolation } from './rules/creation.ts';

/** Up to this many partitions a topic is worth neither a word nor a look. */
export const unsuspicious = 12;
/** Up to this many times what the peak needs is room to grow. */
const generous = 4;
/** What one partition carries with ease, of records of common size. */
const recordsPerSecond = 1_000;
const conditionType = 'OverPartitioned';

/** For topics that exist: they go on under the name that they have. */
export function findViolation(name: string, { naming, use }: { naming: NameVerdict; use: ClusterAccess }): Finding[] {
  if (naming.kind !== 'violates') return [];
  const message = describeViolation(name, use.name, naming);
  return [{ type: 'NamingViolation', status: 'True', reason: Reason.NamingViolation, message }];
}

/** More partitions than the busiest time needs. While nobody knows the peak, what was found before stands. */
export function findOverPartitioning(
  topic: TopicState,
  traffic: Traffic | undefined,
  conditions: readonly Condition[] = [],
): Finding[] {
  const { name, partitions } = topic;
  const needed = Math.max(1, Math.ceil((traffic?.peakPerSecond ?? 0) / recordsPerSecond));
  if (partitions <= unsuspicious || partitions <= generous * needed) return [];
  const found = `topic "${name}" has ${partitions} partitions`;
  if (traffic?.known !== true) {
    const before = conditions.find(({ type, message }) => type === conditionType && message.startsWith(`${found};`));
    return before ? [{ type: before.type, status: before.status, reason: before.reason, message: before.message }] : [];
  }
  const most = `never passed ${needed * recordsPerSecond} records/s`;
  const enough = `${needed} would do at ${recordsPerSecond} records/s each`;
  const next = 'partitions never shrink: unless its consumers need that many, move to a topic with fewer';
  const message = `${found}; its traffic, on average between two looks, ${most}, for which ${enough}; ${next}`;
  return [{ type: conditionType, status: 'True', reason: Reason.OverPartitioned, message }];
}
