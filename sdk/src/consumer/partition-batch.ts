import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { RecordWindow } from './record-window.ts';
import type { Slots } from './slots.ts';
import type { Tenure } from './tenure.ts';

const COMMIT_EVERY_MS = 1_000;
const COMMIT_TRIES = 5;
/** How many records a batch may go ahead of the first that is not done, for each place. */
const AHEAD_PER_SLOT = 4;

export interface BatchWork {
  /** Handles one record. A rejection leaves it and all behind it uncommitted. */
  readonly handle: (message: KafkaMessage) => Promise<void>;
  readonly slots: Slots;
  readonly concurrency: number;
  readonly heartbeatMs: number;
  /** Offsets that were handled behind one that failed, before it was fetched again. */
  readonly handledBefore: ReadonlySet<string>;
}

export interface BatchOutcome {
  /** The first record that failed, with its error. */
  readonly failed?: { readonly message: KafkaMessage; readonly error: unknown };
  /** Offsets that were handled and not committed, since one before them failed. */
  readonly handledBeyond: ReadonlySet<string>;
}

/** Handles the records of a partition that were fetched together, and commits them. Rejects only when it cannot commit. */
export async function handleBatch(payload: EachBatchPayload, tenure: Tenure, work: BatchWork): Promise<BatchOutcome> {
  const { messages } = payload.batch;
  const keys = messages.map(({ key }) => key?.toString('base64'));
  const known = (index: number) => work.handledBefore.has(messages[index]?.offset ?? '');
  const window = new RecordWindow(keys, work.concurrency * AHEAD_PER_SLOT, known);
  const commit = createCommit(payload, tenure);
  const failures = new Map<number, unknown>();
  const inHand = new Set<Promise<void>>();

  const begin = (index: number, message: KafkaMessage) => {
    const handled = work
      .handle(message)
      .then(
        () => window.succeed(index),
        (error: unknown) => {
          window.fail(index);
          failures.set(index, error);
        },
      )
      .finally(() => {
        work.slots.release();
        inHand.delete(handled);
      });
    inHand.add(handled);
  };
  const stopBeating = keepAlive(payload, tenure, work.heartbeatMs);
  try {
    for (;;) {
      await work.slots.take();
      if (tenure.draining.aborted) window.drain();
      const index = tenure.lost.aborted ? undefined : window.take();
      const message = index === undefined ? undefined : messages[index];
      if (index !== undefined && message) {
        begin(index, message);
        continue;
      }
      work.slots.release();
      if (inHand.size === 0) break;
      await Promise.race(inHand);
      await commit.whenDue(window.done);
    }
    await commit.atLast(window.done);
  } finally {
    // Without heartbeats another member could begin what is in hand.
    await Promise.all(inHand);
    stopBeating();
  }
  const first = Math.min(...failures.keys());
  const message = messages[first];
  return {
    ...(message && { failed: { message, error: failures.get(first) } }),
    handledBeyond: new Set([
      ...window.doneBeyond.flatMap((index) => messages[index]?.offset ?? []),
      // A batch may be shorter than the one before that began at the same record.
      ...[...work.handledBefore].filter((offset) => BigInt(offset) > BigInt(payload.batch.lastOffset())),
    ]),
  };
}

/** Resolves and commits what is done. `count` is how many records from the first on are. */
function createCommit({ batch, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload, tenure: Tenure) {
  const { topic, partition, messages } = batch;
  let committed = 0;
  let dueMs = performance.now() + COMMIT_EVERY_MS;
  const now = async (count: number) => {
    const last = messages[count - 1];
    if (count === committed || !last || tenure.over) return;
    resolveOffset(last.offset);
    dueMs = performance.now() + COMMIT_EVERY_MS;
    // Behind the last record there may be markers of transactions, which are nobody's to handle.
    const end = count === messages.length ? batch.lastOffset() : last.offset;
    const offset = String(BigInt(end) + 1n);
    await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
    committed = count;
  };
  const whenDue = async (count: number) => {
    if (performance.now() < dueMs) return;
    // What cannot be committed now is committed with what comes next, or at last.
    await now(count).catch((error: unknown) => tenure.notice(error));
  };
  // Nothing may come for long that would be committed together with this.
  const atLast = async (count: number) => {
    for (let tries = 1; ; tries++) {
      try {
        return await now(count);
      } catch (error) {
        tenure.notice(error);
        if (tenure.cause !== undefined || tries === COMMIT_TRIES) throw error;
        await sleep(COMMIT_EVERY_MS);
      }
    }
  };
  return { whenDue, atLast };
}

/** Heartbeats while records are handled, however long that takes. Returns what ends it. */
function keepAlive({ heartbeat }: EachBatchPayload, tenure: Tenure, everyMs: number): () => void {
  const ended = new AbortController();
  const beat = async () => {
    while (!ended.signal.aborted) {
      await sleep(everyMs, undefined, { signal: ended.signal });
      await heartbeat().catch((error: unknown) => tenure.notice(error));
    }
  };
  beat().catch(() => {}); // rejects when it is ended, and only then
  return () => ended.abort();
}
