import { describe, expect, it } from 'vitest';
import { entryKey, entryOf, entryValue, readEntry } from '../../../../src/adapters/kube/journal-entries.ts';
import { claimBook } from '../../../../src/controllers/event-topic/memory/claims.ts';
import { deletionBook } from '../../../../src/controllers/event-topic/memory/deletion-brake.ts';
import { departureBook } from '../../../../src/controllers/event-topic/memory/departures.ts';
import { brokerThrottleBook, topicThrottleBook } from '../../../../src/controllers/event-topic/reassignment/records.ts';
import type { BookType } from '../../../../src/ports/journal.ts';

const at = '2026-01-01T00:00:00.000Z';

/** One record as a version before the books wrote it. */
interface Row {
  it: string;
  stored: string;
  /** Reads it, and writes what it has read. */
  retold: (stored: string) => { key: string; value: unknown; stored: string } | undefined;
  key: string;
  value: unknown;
  /** What this version writes for it, where that differs. */
  now?: string;
}

function retold<Value>(type: BookType<Value>): Row['retold'] {
  return (stored) => {
    const { thing }: { thing: string } = JSON.parse(stored);
    const entry = readEntry(entryKey(thing), stored);
    const value = entry?.book === type.name ? type.parse(entry.content) : undefined;
    if (entry === undefined || value === undefined) return undefined;
    return { key: entry.key, value, stored: entryValue(entryOf(type, entry.key, value, new Date(at))) };
  };
}

const setting = { before: null, ours: ['100'] };

const rows: readonly Row[] = [
  {
    it: 'a claim of the first version',
    stored: `{"thing":"kafka-1/orders","uid":"u1","at":"${at}"}`,
    retold: retold(claimBook),
    key: 'kafka-1/orders',
    value: { uid: 'u1', at },
  },
  {
    it: 'a claim that knows what it creates, and in whose place',
    stored: `{"thing":"kafka-1/orders","uid":"u1","at":"${at}","creates":true,"replaces":"id-1"}`,
    retold: retold(claimBook),
    key: 'kafka-1/orders',
    value: { uid: 'u1', at, creates: true, replaces: 'id-1' },
  },
  {
    it: 'a claim on the one topic that was handed over',
    stored: `{"thing":"kafka-1/orders","uid":"u1","at":"${at}","id":"id-2"}`,
    retold: retold(claimBook),
    key: 'kafka-1/orders',
    value: { uid: 'u1', at, id: 'id-2' },
  },
  {
    it: 'a claim whose time was damaged, which counts as made long ago',
    stored: '{"thing":"kafka-1/orders","uid":"u1","at":"yesterday","creates":true}',
    retold: retold(claimBook),
    key: 'kafka-1/orders',
    value: { uid: 'u1', at: '1970-01-01T00:00:00.000Z', creates: true },
    now: '{"thing":"kafka-1/orders","uid":"u1","at":"1970-01-01T00:00:00.000Z","creates":true}',
  },
  {
    it: 'a claim in a Kafka cluster that is called like a book',
    stored: `{"thing":"departures/orders","uid":"u1","at":"${at}"}`,
    retold: retold(claimBook),
    key: 'departures/orders',
    value: { uid: 'u1', at },
  },
  {
    it: 'the throttle of a topic',
    stored: `{"thing":"throttle/kafka-1/topic/a.b","uid":"sluice","at":"${at}","note":"{\\"topicId\\":\\"id-1\\",\\"targets\\":{\\"0\\":[1,2]},\\"settings\\":{\\"x\\":{\\"before\\":null,\\"ours\\":[\\"100\\"]}}}"}`,
    retold: retold(topicThrottleBook),
    key: 'kafka-1/a.b',
    value: { topicId: 'id-1', targets: { '0': [1, 2] }, settings: { x: setting } },
  },
  {
    it: 'the throttle of a broker',
    stored: `{"thing":"throttle/kafka-1/broker/3","uid":"sluice","at":"${at}","note":"{\\"settings\\":{\\"x\\":{\\"before\\":null,\\"ours\\":[\\"100\\"]}}}"}`,
    retold: retold(brokerThrottleBook),
    key: 'kafka-1/3',
    value: { settings: { x: setting } },
  },
  {
    it: 'the deletions of an hour',
    stored: `{"thing":"deletions/kafka-1","uid":"deletions","at":"${at}","note":"[[29000000,2],[29000001,1]]"}`,
    retold: retold(deletionBook),
    key: 'kafka-1',
    value: [
      [29_000_000, 2],
      [29_000_001, 1],
    ],
  },
  {
    it: 'what went until just now',
    stored: `{"thing":"departures","uid":"departures","at":"${at}","note":"[[\\"shop/orders kafka-1/orders\\",{\\"topicId\\":\\"id-1\\",\\"appliedConfig\\":{},\\"atMs\\":7}]]"}`,
    retold: retold(departureBook),
    key: 'departures',
    value: [['shop/orders kafka-1/orders', { topicId: 'id-1', appliedConfig: {}, atMs: 7 }]],
  },
];

describe('an older version stored, this one reads, and the older one reads again', () => {
  it.each(rows)('$it', ({ stored, retold: tell, key, value, now = stored }) => {
    expect(tell(stored)).toEqual({ key, value, stored: now });
  });
});

it.each(['redrives/kafka-1', 'throttle/kafka-1/group/orders'])(
  'a record of a later version is not taken for a claim: %s',
  (thing) => {
    const stored = JSON.stringify({ thing, uid: 'redrives', at, note: '[]' });
    expect(readEntry(entryKey(thing), stored)).toBeUndefined();
  },
);

it('a note that was damaged says nothing', () => {
  const stored = JSON.stringify({ thing: 'deletions/kafka-1', uid: 'deletions', at, note: '[[' });
  expect(readEntry(entryKey('deletions/kafka-1'), stored)).toMatchObject({ content: undefined });
});
