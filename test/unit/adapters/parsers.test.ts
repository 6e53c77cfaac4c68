import { createRecordsBatch, Reader } from '@platformatic/kafka';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/adapters/kafka/connection/address.ts';
import { ForwardReader } from '../../../src/adapters/kafka/connection/guarded-connection.ts';
import type { KafkaRequest } from '../../../src/adapters/kafka/connection/request.ts';
import {
  describeClassicGroups,
  describeConsumerGroups,
  fetchOffsets,
  listGroups,
} from '../../../src/adapters/kafka/groups/calls.ts';
import { parseAssignment, parseSubscription } from '../../../src/adapters/kafka/groups/consumer-protocol.ts';
import { fetchRecords, listOffsets } from '../../../src/adapters/kafka/offsets/calls.ts';
import { firstRecord } from '../../../src/adapters/kafka/offsets/first-record.ts';
import { describeTopicConfigs, metadataByName } from '../../../src/adapters/kafka/topics/calls.ts';
import { topicIdOfUuid } from '../../../src/adapters/kafka/topics/topic-id.ts';
import { eventOf, pageOf } from '../../../src/adapters/kube/client/wire.ts';
import { entryKey, entryOf, entryValue, readEntry } from '../../../src/adapters/kube/journal-entries.ts';
import { deployments } from '../../../src/adapters/kube/resource-type.ts';
import {
  errorCodeOf,
  errorMessageOf,
  readId,
  readLevel,
  readRegistered,
  readVerdict,
  readVersions,
} from '../../../src/adapters/registry/answers.ts';
import { readProblems } from '../../../src/adapters/registry/problems.ts';
import { toAnswer } from '../../../src/adapters/registry/transport.ts';
import { claimBook } from '../../../src/controllers/event-topic/memory/claims.ts';
import { Fault } from '../../../src/ports/fault.ts';
import type { KubeObject } from '../../../src/ports/kube.ts';
import { bytesLike, Chance, textLike } from './inputs.ts';
import { codecOf } from './kafka/codec.ts';
import { listOffsetsAnswer, metadataAnswer, someUuid } from './kafka/scripted-broker.ts';
import { all, bool, i8, i16, i32, i64, list, none, sized, tags, text, uuid } from './kafka/wire.ts';

/** What a parser may throw; `undefined`: nothing. */
type Refusal = (abstract new (...args: never) => Error) | undefined;

interface Parser {
  of: string;
  /** Thousands of inputs; a million for all parsers. */
  thousands: number;
  /** Reads one input and checks what came of it. */
  tries(chance: Chance): void;
}

function ofBytes(
  of: string,
  thousands: number,
  samples: readonly Buffer[],
  parse: (bytes: Buffer) => unknown,
  refusal?: Refusal,
): Parser {
  const tries = (chance: Chance) => {
    const bytes = bytesLike(samples, chance);
    const input = () => `hex ${bytes.toString('hex')}`;
    check(input, bytes.length, () => parse(counting(bytes)), refusal);
  };
  return { of, thousands, tries };
}

function ofText(
  of: string,
  thousands: number,
  samples: readonly string[],
  parse: (text: string) => unknown,
  refusal?: Refusal,
): Parser {
  const tries = (chance: Chance) => {
    const input = textLike(samples, chance);
    check(
      () => JSON.stringify(input),
      input.length,
      () => parse(input),
      refusal,
    );
  };
  return { of, thousands, tries };
}

/** Either the documented refusal, or a value of sound numbers that is not much larger than what was there. */
function check(input: () => string, size: number, parse: () => unknown, refusal: Refusal): void {
  try {
    if (count(parse(), 8 * size + 1_000) < 0) throw new Endless('the value is larger than the input');
  } catch (error) {
    const isRefused = refusal !== undefined && error instanceof refusal && !(error instanceof Endless);
    if (isRefused && (!(error instanceof Fault) || isWait(error.retryAfterMs))) return;
    throw new Error(`it failed for ${input()}`, { cause: error });
  }
}

/** More work than the input is worth. */
class Endless extends Error {}

function isWait(ms: number | undefined): boolean {
  return ms === undefined || (ms >= 0 && ms <= 3_600_000);
}

/** What is left of `allowance` after all parts of the value were counted. Throws for a number or time that is none. */
function count(value: unknown, allowance: number): number {
  if (allowance < 0) return allowance;
  if (typeof value === 'string') return allowance - value.length;
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} came through`);
  if (typeof value !== 'object' || value === null) return allowance - 1;
  if (Buffer.isBuffer(value)) return allowance - value.length;
  const parts =
    value instanceof Map ? value : value instanceof Set || Array.isArray(value) ? value : Object.entries(value);
  let left = allowance - 1;
  for (const part of parts) left = count(part, left);
  return left;
}

/** Reads of one field after the other are counted, so that a parser that does not get on is found without a clock. */
function counting(bytes: Buffer): Buffer {
  let left = bytes.length + 16;
  const once = <T>(value: T): T => {
    left -= 1;
    if (left < 0) throw new Endless('more fields were read than there are bytes');
    return value;
  };
  return Object.assign(bytes, {
    readInt16BE: (at?: number) => once(Buffer.prototype.readInt16BE.call(bytes, at)),
    subarray: (...range: [number?, number?]) => once(Buffer.prototype.subarray.apply(bytes, range)),
  });
}

/** The same for answers, which the library's functions read. */
class CountingReader extends ForwardReader {
  #fields = 0;

  override readUnsignedVarInt(): number {
    this.#fields += 1;
    if (this.#fields > this.length + 16) throw new Endless('more fields were read than there are bytes');
    return super.readUnsignedVarInt();
  }
}

function ofAnswer(request: KafkaRequest<unknown>, version: number, ...samples: Buffer[]): Parser {
  const { key, parse } = codecOf(request, version);
  const read = (bytes: Buffer) => parse(1, key, version, new CountingReader(Reader.from(bytes).buffer));
  return ofBytes(`the answer to ${request.name}`, 20, samples, (bytes) => void read(bytes), Error);
}

const name = (value: string) => all(i16(value.length), Buffer.from(value));
const many = (...items: Buffer[]) => all(i32(items.length), ...items);
const subscription = all(i16(1), many(name('orders'), name('payments')), i32(-1), many());
const assignment = all(
  i16(0),
  many(all(name('orders'), many(i32(0), i32(3))), all(name('bills'), many(i32(1)))),
  i32(-1),
);
const times = [0n, 500n, 70_000n].map((ms) => ({
  topic: 'orders',
  value: Buffer.from('r'),
  timestamp: 1_767_225_600_000n + ms,
}));
const batch = Buffer.from(createRecordsBatch(times, {}).buffer);
const compressed = Buffer.from(createRecordsBatch(times, { compression: 'gzip' }).buffer);

const committed = list(all(text('orders'), list(all(i32(2), i64(5n), i32(-1), none, i16(0), tags)), tags));
const described = all(i16(0), text('billing'), text('Stable'), text('consumer'), text('range'));
const member = all(text('m'), none, text('c'), text('h'), sized(subscription), sized(assignment), tags);
const assigned = all(list(all(uuid(someUuid), text('orders'), list(i32(0), i32(1)), tags)), tags);
const newMember = all(
  text('m'),
  none,
  none,
  i32(1),
  text('c'),
  text('h'),
  list(text('orders')),
  none,
  assigned,
  assigned,
  tags,
);
const newGroup = all(i16(0), none, text('billing'), text('Stable'), i32(1), i32(1), text('uniform'));
const listed = all(text('billing'), text('consumer'), text('Stable'), text('classic'), tags);
const setting = all(text('retention.ms'), text('1000'), bool(false), i8(1), bool(false), list(), i8(5), none, tags);
const fetched = all(i32(1), i16(0), i64(50n), i64(50n), i64(0n), none, i32(-1), sized(batch), tags);

const topic = {
  apiVersion: 'sluice.dev/v1alpha1',
  kind: 'EventTopic',
  metadata: {
    name: 'orders',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '12',
    creationTimestamp: '2026-01-01T00:00:00Z',
    deletionTimestamp: '2026-01-02T00:00:00Z',
  },
  spec: { partitions: 3 },
};
const status = { kind: 'Status', code: 429, message: 'wait', details: { retryAfterSeconds: 3 } };
const claim = { uid: 'u', at: '2026-01-01T00:00:00.000Z', creates: true, id: 'i' };
const claimed = entryOf(claimBook, 'c/orders', claim, new Date(claim.at));

const incompatible = [
  `{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field', additionalInfo:'total'}`,
  'Incompatible schema: list of diff types: [b at /fields/1, [B, C] at /fields/0/type/symbols]',
  'Incompatibilities: one, two',
];
const registryAnswers = [
  { id: 7, version: 2, error_code: 40401, message: 'not there' },
  { is_compatible: false, messages: incompatible, compatibilityLevel: 'FULL' },
  { error_code: 409, message: incompatible[1], reason: incompatible[2] },
  [1, 2, 3],
].map((json) => JSON.stringify(json));

/** All that reads answers of a registry, at once. */
function readAnswer(text: string): unknown {
  const answer = toAnswer(409, { 'content-type': 'application/json' }, text);
  const { json } = answer;
  const numbers = [readId(json), readRegistered(json), readVersions(json), errorCodeOf(answer)];
  return [numbers, readLevel(json), readVerdict(json), errorMessageOf(answer), readProblems(answer)];
}

function readWait(text: string): unknown {
  const { retryAfterMs } = toAnswer(429, { 'retry-after': text }, '{}');
  if (!isWait(retryAfterMs)) throw new Error(`to wait for ${retryAfterMs} ms came through`);
  return retryAfterMs;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checkTimes({ metadata }: KubeObject): void {
  for (const time of [metadata.creationTimestamp, metadata.deletionTimestamp]) if (time) expectTime(time);
}

function expectTime(text: string): void {
  if (Number.isNaN(Date.parse(text))) throw new Error(`the time ${text} came through`);
}

const events = [
  { type: 'MODIFIED', object: topic },
  { type: 'ERROR', object: status },
];

const parsers: readonly Parser[] = [
  ofBytes('what a member asked for', 200, [subscription, all(i16(0), many())], parseSubscription, RangeError),
  ofBytes('what a member was given', 220, [assignment, all(i16(0), many())], parseAssignment, RangeError),
  ofBytes('record batches', 170, [batch, Buffer.concat([batch, compressed])], (bytes) => firstRecord(bytes, 1n)),
  ofAnswer(metadataByName([]), 12, metadataAnswer([{ id: 1, port: 9092 }], [{ name: 'orders', leaders: [1, 1] }])),
  ofAnswer(describeClassicGroups([]), 5, all(i32(0), list(all(described, list(member), i32(0), tags)), tags)),
  ofAnswer(describeConsumerGroups([]), 0, all(i32(0), list(all(newGroup, list(newMember), i32(0), tags)), tags)),
  ofAnswer(fetchOffsets([]), 9, all(i32(0), list(all(text('billing'), committed, i16(0), tags)), tags)),
  ofAnswer(listGroups(), 5, all(i32(0), i16(0), list(listed), tags)),
  ofAnswer(listOffsets('end', new Map()), 9, listOffsetsAnswer('orders', [{ offset: 7n }, { offset: 9n }])),
  ofAnswer(
    describeTopicConfigs([]),
    4,
    all(i32(0), list(all(i16(0), none, i8(2), text('orders'), list(setting), tags)), tags),
  ),
  ofAnswer(
    fetchRecords({ topicId: topicIdOfUuid(someUuid), partition: 0, offset: 0n }, 'committed', 1),
    17,
    all(i32(0), i16(0), i32(0), list(all(uuid(someUuid), list(fetched), tags)), tags),
  ),
  ofText('addresses of brokers', 120, ['kafka-0:9092', '[::1]:9092', 'kafka'], parseAddress),
  ofText('ids of topics', 60, [someUuid], topicIdOfUuid),
  ofText('answers of a registry', 20, registryAnswers, readAnswer),
  ofText('when a registry wants to be asked again', 20, ['3', '120', 'Wed, 21 Oct 2026 07:28:00 GMT'], readWait),
  ofText(
    'objects of Kubernetes',
    10,
    [JSON.stringify({ metadata: { resourceVersion: '9' }, items: [topic] })],
    (page) => pageOf('cannot list', deployments, parsed(page)).items.forEach(checkTimes),
    Fault,
  ),
  ofText(
    'events of a watch',
    10,
    events.map((event) => JSON.stringify(event)),
    (line) => {
      const event = eventOf('cannot watch', deployments, line);
      if ('object' in event) checkTimes(event.object);
    },
    Fault,
  ),
  ofText('entries of the journal', 10, [entryValue(claimed)], (value) => {
    const entry = readEntry(entryKey('c/orders'), value);
    const read = entry && claimBook.parse(entry.content);
    if (read !== undefined) expectTime(read.at);
    return read;
  }),
];

describe('what others wrote', () => {
  // Nobody reads where a refusal came from, and to find that out takes longer than all the rest.
  const { stackTraceLimit } = Error;
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it('is tried with a million inputs', () => {
    expect(parsers.reduce((sum, { thousands }) => sum + thousands, 0)).toBe(1_000);
  });

  // A failure names the number from which its thousand inputs came: new Chance(NUMBER) gives them again.
  it.each(parsers)('is read, or refused, whatever it is: $of', ({ thousands, tries }) => {
    const aThousand = (number: number) => {
      const chance = new Chance(number);
      for (let input = 0; input < 1_000; input += 1) tries(chance);
    };
    fc.assert(fc.property(fc.integer(), aThousand), { numRuns: thousands, endOnFailure: true });
  });
});
