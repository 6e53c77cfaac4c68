import { expect, it } from 'vitest';
import { createLooker } from '../../../src/lag/look.ts';
import { PositionHistory } from '../../../src/lag/position.ts';
import { Fault, type FaultKind } from '../../../src/ports/fault.ts';
import type { TopicState } from '../../../src/ports/kafka.ts';
import type { KafkaCallOptions } from '../../../src/ports/kafka-calls.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { FakeKafka } from '../../fakes/fake-kafka.ts';

const { signal } = new AbortController();
const dayMs = 86_400_000;

class AskedKafka extends FakeKafka {
  /** How often the settings of a topic were asked for. */
  asked = 0;
  refusal: Fault | undefined;

  override async describeTopic(name: string, options: KafkaCallOptions): Promise<TopicState | undefined> {
    this.asked += 1;
    if (this.refusal) throw this.refusal;
    return super.describeTopic(name, options);
  }
}

/** A topic that keeps its records for a day, and one of `ageMs` in each of its partitions. */
function createBench(ageMs: number) {
  const clock = new FakeClock();
  const kafka = new AskedKafka();
  kafka.putTopic('orders', {
    partitions: 2,
    config: new Map([
      ['retention.ms', '86400000'],
      ['segment.ms', '0'],
    ]),
  });
  const time = new Date(clock.now().getTime() - ageMs);
  for (const partition of [0, 1]) kafka.produce('orders', partition, [time]);
  const looker = createLooker({ kafka: () => kafka, clock });
  const histories = [0, 1].map(() => new PositionHistory());
  const look = (topic = 'orders') => {
    const lookUps = histories.map((history, partition) => ({ topic, partition, offset: 0n, lag: 1, history }));
    return looker.lookAt(lookUps, signal);
  };
  return { clock, kafka, looker, histories, look };
}

it.each([
  { it: 'a day', ageMs: dayMs, asked: 0 },
  { it: 'more', ageMs: dayMs + 1, asked: 1 },
])(
  'the settings of a topic are asked for when a record claims to be older than a day: $it',
  async ({ ageMs, asked }) => {
    const { kafka, histories, look } = createBench(ageMs);
    await look();
    expect(Math.min(kafka.asked, 1)).toBe(asked);
    expect(histories.map(({ anchor }) => anchor)).toEqual(
      Array.from({ length: 2 }, () => ({ offset: 0, appendedMs: -ageMs })),
    );
  },
);

it('they are asked for again after ten minutes, or when the topic was not read for a while', async () => {
  const { clock, kafka, looker, look } = createBench(2 * dayMs);
  await look();
  const { asked } = kafka;
  await clock.advance(599_999);
  looker.retain(new Set(['orders']));
  await look();
  expect(kafka.asked).toBe(asked);
  await clock.advance(1);
  await look();
  expect(kafka.asked).toBeGreaterThan(asked);
  const later = kafka.asked;
  looker.retain(new Set(['returns']));
  await look();
  expect(kafka.asked).toBeGreaterThan(later);
});

it('a record is believed while the settings of its topic may not be seen', async () => {
  const { kafka, histories, look } = createBench(3 * dayMs);
  kafka.refusal = new Fault('kafka', 'denied', 'TOPIC_AUTHORIZATION_FAILED');
  await look();
  expect(histories[0]).toMatchObject({ timeDoubt: undefined, anchor: { appendedMs: -3 * dayMs } });
});

it.each<{ it: string; kind: FaultKind; again: boolean }>([
  { it: 'may not be seen: not again so soon', kind: 'denied', again: false },
  { it: 'could not be read: with the next look', kind: 'unavailable', again: true },
])('settings that $it', async ({ kind, again }) => {
  const { kafka, look } = createBench(2 * dayMs);
  kafka.refusal = new Fault('kafka', kind, 'refused');
  await look();
  const { asked } = kafka;
  await look();
  expect(kafka.asked > asked).toBe(again);
});

it('what was found counts although the time for it is over', async () => {
  const { histories, looker } = createBench(0);
  const ended = new AbortController();
  const [history = new PositionHistory()] = histories;
  const looking = looker.lookAt([{ topic: 'orders', partition: 0, offset: 0n, lag: 1, history }], ended.signal);
  ended.abort();
  await looking;
  expect(history).toMatchObject({ lookFault: undefined, anchor: { offset: 0 } });
});

it('a look that could not take in all goes on in its turn, and one that got nowhere waits', async () => {
  const { kafka, looker } = createBench(0);
  kafka.findRecord = async (_topic, _partition, offset) => ({ kind: 'none', until: offset === 0n ? 40n : offset });
  const history = new PositionHistory();
  const lookUp = { topic: 'orders', partition: 0, offset: 0n, lag: 100, history };
  await looker.lookAt([lookUp], signal);
  expect(history).toMatchObject({ goesOn: true, lookedUpMs: 0 });
  await looker.lookAt([{ ...lookUp, offset: 40n, lag: 60 }], signal);
  expect(history.goesOn).toBe(false);
});

it('of a partition that is gone nothing is noted', async () => {
  const { histories, look } = createBench(0);
  await look('gone');
  expect(histories[0]).toMatchObject({ anchor: undefined, lookFault: undefined });
  expect(histories[0]?.foundAt(0n)).toBeUndefined();
});
