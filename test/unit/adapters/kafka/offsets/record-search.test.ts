import { createRecordsBatch } from '@platformatic/kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKafkaConnections } from '../../../../../src/adapters/kafka/index.ts';
import { systemClock } from '../../../../../src/adapters/system-clock.ts';
import type { FoundRecord, KafkaAdmin } from '../../../../../src/ports/kafka.ts';
import { RecordedMetrics } from '../../../../fakes/recorders.ts';
import { apiKey, listOffsetsAnswer, metadataAnswer, ScriptedBroker, someUuid } from '../scripted-broker.ts';
import { all, i16, i32, i64, list, none, sized, tags, uuid } from '../wire.ts';

const time = new Date('2026-01-01T00:00:00Z');
const control = 1 << 5;
const outOfRange = 1;

interface Fetched {
  error?: number;
  high?: bigint;
  /** Default: `high`. */
  stable?: bigint;
  records?: Buffer;
}

function batchAt(offset: bigint, flags = 0): Buffer {
  const record = { topic: 'orders', value: Buffer.from('record'), timestamp: BigInt(time.getTime()) };
  const bytes = Buffer.from(createRecordsBatch([record], {}).buffer);
  bytes.writeBigInt64BE(offset, 0);
  bytes.writeInt16BE(bytes.readInt16BE(21) | flags, 21);
  return bytes;
}

function fetchAnswer({ error = 0, high = 9n, stable = high, records = Buffer.alloc(0) }: Fetched): Buffer {
  const partition = all(i32(0), i16(error), i64(high), i64(stable), i64(0n), none, i32(-1), sized(records), tags);
  return all(i32(0), i16(0), i32(0), list(all(uuid(someUuid), list(partition), tags)), tags);
}

describe('looking for a record', () => {
  let broker: ScriptedBroker;
  let admin: KafkaAdmin;

  beforeEach(async () => {
    broker = await ScriptedBroker.start();
    broker.answer(apiKey.Metadata, () =>
      metadataAnswer([{ id: 1, port: broker.port }], [{ name: 'orders', leaders: [1] }]),
    );
    const metrics = new RecordedMetrics();
    const fence = () => true;
    const connections = createKafkaConnections({ clock: systemClock, metrics, clientId: 'test', fence });
    admin = connections.to({ name: 'default', bootstrapServers: [broker.address] });
  });
  afterEach(async () => {
    await admin.close();
    await broker.close();
  });

  /** Looks from offset 0 on. `first`: the first offset of the log, or of what lies on the broker's disk. */
  async function lookWith(answers: readonly Buffer[], first = 0n): Promise<FoundRecord | undefined> {
    const coming = [...answers];
    broker.answer(apiKey.Fetch, () => coming.shift() ?? 'hang up');
    broker.answer(apiKey.ListOffsets, listOffsetsAnswer('orders', [{ offset: first }]));
    return admin.findRecord('orders', 0, 0n, { signal: new AbortController().signal });
  }

  const markers = (count: number) =>
    Array.from({ length: count }, (_, at) => fetchAnswer({ records: batchAt(BigInt(at), control) }));

  it.each<{ it: string; answers: readonly Buffer[]; first?: bigint; found: FoundRecord }>([
    {
      it: 'passes over markers to the record behind them',
      answers: [...markers(2), fetchAnswer({ records: batchAt(2n) })],
      found: { kind: 'record', offset: 2n, time },
    },
    { it: 'comes no further than five requests', answers: markers(9), found: { kind: 'none', until: 5n } },
    {
      it: 'ends at the end of the log without asking again',
      answers: [fetchAnswer({ high: 1n, records: batchAt(0n, control) })],
      found: { kind: 'none', until: 1n },
    },
    {
      it: 'takes offsets without any batch for none',
      answers: [fetchAnswer({})],
      found: { kind: 'none', until: 9n },
    },
    {
      it: 'names a transaction that is open behind such offsets',
      answers: [fetchAnswer({ stable: 6n }), fetchAnswer({ stable: 6n, records: batchAt(6n) })],
      found: { kind: 'open', offset: 6n, time },
    },
    {
      it: 'names one whose records cannot be read, without a time',
      answers: [fetchAnswer({ stable: 0n }), fetchAnswer({ error: outOfRange })],
      found: { kind: 'open', offset: 0n, time: undefined },
    },
    {
      it: 'goes on where the log begins by now',
      answers: [fetchAnswer({ error: outOfRange }), fetchAnswer({ records: batchAt(4n) })],
      first: 4n,
      found: { kind: 'record', offset: 4n, time },
    },
    {
      it: 'keeps what it has passed when the broker fails it later',
      answers: markers(2),
      found: { kind: 'none', until: 2n },
    },
  ])('$it', async ({ answers, first, found }) => {
    expect(await lookWith(answers, first)).toEqual(found);
  });

  it('keeps what it has passed when its caller gives up', async () => {
    const ended = new AbortController();
    const coming = markers(2);
    broker.answer(apiKey.Fetch, () => {
      if (coming.length === 0) ended.abort();
      return coming.shift() ?? 'silence';
    });
    const found = admin.findRecord('orders', 0, 0n, { signal: ended.signal });
    expect(await found).toEqual({ kind: 'none', until: 2n });
  });

  it.each<{ it: string; answer: Buffer; first?: bigint }>([
    {
      it: 'an answer without the partition, as from a broker that slows us down',
      answer: all(i32(9), i16(0), i32(0), list(), tags),
    },
    { it: 'no batches where they may lie in remote storage', answer: fetchAnswer({}), first: 8n },
  ])('does not take for an empty log: $it', async ({ answer, first }) => {
    await expect(lookWith([answer], first)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'NO_RECORDS',
      message: 'cannot look at records of topic "orders": none were sent',
    });
  });
});
