import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { handleBatch } from '../../../sdk/src/consumer/partition-batch.ts';
import { Slots } from '../../../sdk/src/consumer/slots.ts';
import { Tenure } from '../../../sdk/src/consumer/tenure.ts';

const message = (offset: number, key: string) => ({ offset: String(offset), key: Buffer.from(key) }) as KafkaMessage;

/** A batch of records `k0` to `k(count-1)` from offset 0 on, and what is committed of it. `commit` may fail. */
function createBatch(count: number, commit: () => void = () => {}) {
  const committed: string[] = [];
  const messages = Array.from({ length: count }, (_, index) => message(index, `k${index}`));
  const payload = {
    batch: { topic: 't', partition: 0, messages, lastOffset: () => String(count) },
    resolveOffset: () => {},
    heartbeat: async () => {},
    async commitOffsetsIfNecessary(offsets: { topics: { partitions: { offset: string }[] }[] }) {
      commit();
      committed.push(offsets.topics[0]?.partitions[0]?.offset ?? '');
    },
  } as unknown as EachBatchPayload;
  return { payload, committed };
}

const work = (handle: (message: KafkaMessage) => Promise<void>) => ({
  handle,
  slots: new Slots(2),
  concurrency: 2,
  heartbeatMs: 10,
  handledBefore: new Set<string>(),
});
const refusal = (type: string) => Object.assign(new Error(type), { type });

describe('a batch', () => {
  it('is committed to its very end, markers behind the last record too', async () => {
    const { payload, committed } = createBatch(3);
    await handleBatch(
      payload,
      new Tenure(),
      work(async () => {}),
    );
    expect(committed).toEqual(['4']);
  });

  it('tries to commit again when the brokers gave no word', async () => {
    const answers = [refusal('REQUEST_TIMED_OUT')];
    const { payload, committed } = createBatch(1, () => {
      const error = answers.pop();
      if (error) throw error;
    });
    await handleBatch(
      payload,
      new Tenure(),
      work(async () => {}),
    );
    expect(committed).toEqual(['2']);
  });

  it('does not insist when the group has gone on', async () => {
    const { payload, committed } = createBatch(1, () => {
      throw refusal('ILLEGAL_GENERATION');
    });
    const tenure = new Tenure();
    await expect(
      handleBatch(
        payload,
        tenure,
        work(async () => {}),
      ),
    ).rejects.toThrow('ILLEGAL_GENERATION');
    expect([committed, tenure.lost.aborted]).toEqual([[], true]);
  });

  it('begins nothing further and commits what is done when its time is up', async () => {
    const { payload, committed } = createBatch(10);
    const tenure = new Tenure();
    const handled: string[] = [];
    const handle = async ({ offset }: KafkaMessage) => {
      handled.push(offset);
      if (offset === '3') tenure.drain();
      await Promise.resolve();
    };
    await handleBatch(payload, tenure, work(handle));
    expect(handled.length).toBeLessThan(6);
    expect(committed).toEqual([String(handled.length)]);
  });

  it('commits nothing once another time has begun', async () => {
    const { payload, committed } = createBatch(2);
    const tenure = new Tenure();
    await handleBatch(
      payload,
      tenure,
      work(async () => tenure.end()),
    );
    expect(committed).toEqual([]);
  });

  it('names the first record that failed, and what was handled behind it', async () => {
    const { payload, committed } = createBatch(4);
    const handle = async ({ offset }: KafkaMessage) => {
      if (offset === '1') throw new Error('not yet');
    };
    const outcome = await handleBatch(payload, new Tenure(), work(handle));
    expect(outcome.failed?.message.offset).toBe('1');
    expect(committed).toEqual(['1']);
    expect([...outcome.handledBeyond].every((offset) => Number(offset) > 1)).toBe(true);
  });
});
