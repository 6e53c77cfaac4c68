import type { OffsetReset, PartitionSnapshot } from './snapshot.ts';

/** After this long a transaction is no longer one that is merely being written. */
const openAfterMs = 60_000;
/** The same for records that stand where they cannot be looked at. */
const standingMs = 60_000;

type Remark = (partition: PartitionSnapshot, offsetReset: OffsetReset) => string | undefined;

/** Why records that wait could not be looked at, where that leaves something unknown. */
const unseen: Remark = ({ lag, lagSeconds, idleMs, lookFault }) => {
  const matters = lag !== 0 && (lagSeconds === undefined || idleMs >= standingMs);
  return matters ? lookFault?.message : undefined;
};

const undated: Remark = ({ topic, timeDoubt }) => {
  return timeDoubt && `the oldest waiting record of topic "${topic}" has no time that tells its age: ${timeDoubt}`;
};

const openTransaction: Remark = ({ topic, partition, open, idleMs }) => {
  if (open === undefined || idleMs < openAfterMs) return undefined;
  const since = open.since === undefined ? '' : ` since ${open.since.toISOString()}`;
  const where = `partition ${partition} of topic "${topic}"`;
  return `a transaction has been open in ${where}${since}, and a consumer of committed records gets none behind it`;
};

const forgotten: Remark = ({ topic, isForgotten }, offsetReset) => {
  if (!isForgotten) return undefined;
  const next = offsetReset === 'Latest' ? 'skips what waits' : 'begins with the first record that is kept';
  return `committed offsets of topic "${topic}" are gone: a client that starts ${next} (offsetReset ${offsetReset})`;
};

const remarks = [unseen, undated, openTransaction, forgotten];

/** One sentence of each kind at most, about the first partition that it holds for, so that it stays the same. */
export function remarksOn(partitions: readonly PartitionSnapshot[], offsetReset: OffsetReset): string[] {
  return remarks.flatMap((remark) => {
    for (const partition of partitions) {
      const said = remark(partition, offsetReset);
      if (said !== undefined) return [said];
    }
    return [];
  });
}
