import { describe, expect, it } from 'vitest';
import type { ClusterConnections } from '../../../../src/controllers/connections.ts';
import { createLagSource } from '../../../../src/controllers/event-consumer/lag-source.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import { Fault } from '../../../../src/ports/fault.ts';
import type { KafkaAdmin } from '../../../../src/ports/kafka.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { FakeKafka } from '../../../fakes/fake-kafka.ts';
import { RecordedLog } from '../../../fakes/recorders.ts';
import { clusterOf, useOf } from '../samples.ts';
import { PolledKafka } from './world.ts';

const tickMs = 5_000;

/** One client at a time, as for a real cluster: other addresses close the client before. */
class ReplacingConnections implements ClusterConnections {
  #open: { addresses: string; client: FakeKafka } | undefined;

  to({ spec }: EventCluster): KafkaAdmin {
    const addresses = spec.kafka.bootstrapServers.join();
    if (this.#open?.addresses === addresses) return this.#open.client;
    this.#open?.client.goDown(new Fault('kafka', 'unavailable', 'the client is closed', { code: 'CLOSED' }));
    const client = new FakeKafka();
    client.putTopic('orders');
    this.#open = { addresses, client };
    return client;
  }
}

it('the lag source goes on with the new client when a late round replaced the one it had', async () => {
  const clock = new FakeClock();
  const kafka = new ReplacingConnections();
  const source = createLagSource({ kafka, clock, log: new RecordedLog(), tickMs });
  void source.run(new AbortController().signal);
  const use = useOf(clusterOf({ kafka: { bootstrapServers: ['new:9092'] } }));
  const subscription = { groupId: 'payment', topics: ['orders'], offsetReset: 'Latest' } as const;
  const watch = () => source.watch('shop/payment', use, subscription);
  watch();
  await clock.advance(tickMs);
  expect(watch()).toMatchObject({ known: true });
  // A round that began before the addresses changed still asks for the old ones.
  kafka.to(clusterOf({ kafka: { bootstrapServers: ['old:9092'] } }));
  for (let ticks = 0; ticks < 4; ticks += 1) await clock.advance(tickMs);
  expect(watch()).toMatchObject({ known: true });
});

/** Two EventClusters and what is behind each of their addresses. */
function createBench() {
  const clock = new FakeClock();
  const kafkas = new Map<string, PolledKafka>();
  const kafkaOf = (place: string) => {
    const kafka = kafkas.get(place) ?? new PolledKafka();
    kafkas.set(place, kafka);
    if (!kafka.topics.has('orders')) kafka.putTopic('orders');
    return kafka;
  };
  const kafka = { to: (cluster: EventCluster) => kafkaOf(placeOf(cluster)) };
  const told: string[] = [];
  const source = createLagSource({ kafka, clock, log: new RecordedLog(), tickMs });
  source.subscribe((key) => void told.push(key));
  const watch = (key: string, place = here) => source.watch(key, useAt(place), subscriptionOf(key));
  const polls = (place = here) => kafkaOf(place).polls;
  return { clock, told, source, watch, polls };
}

const here = 'default at kafka:9092';

function placeOf({ metadata, spec }: EventCluster): string {
  return `${metadata.name} at ${spec.kafka.bootstrapServers.join()}`;
}

function useAt(place: string) {
  const [name = '', server = ''] = place.split(' at ');
  const { metadata } = clusterOf();
  return useOf(clusterOf({ kafka: { bootstrapServers: [server] } }, { metadata: { ...metadata, name } }));
}

function subscriptionOf(key: string) {
  return { groupId: key, topics: ['orders'], offsetReset: 'Latest' } as const;
}

/** A source that runs and has seen the groups of two consumers of one cluster. */
async function createRunning() {
  const bench = createBench();
  const stop = new AbortController();
  const done = bench.source.run(stop.signal);
  for (const key of ['a', 'b']) bench.watch(key);
  await bench.clock.advance(tickMs);
  return { ...bench, stop, done };
}

describe('the poller of a cluster', () => {
  it('is one for all its consumers', async () => {
    const { clock, told, polls } = await createRunning();
    const before = polls();
    await clock.advance(tickMs);
    expect(polls()).toBe(before + 1);
    expect(told.slice(-2)).toEqual(['a', 'b']);
  });

  it('goes on for who is left, and asks nothing for who went', async () => {
    const { clock, told, source, watch } = await createRunning();
    source.forget('a');
    told.length = 0;
    await clock.advance(tickMs);
    expect(told).toEqual(['b']);
    expect(watch('b')).toMatchObject({ known: true });
  });

  it('stops when the last one goes, and starts again with the next', async () => {
    const { clock, source, watch, polls } = await createRunning();
    for (const key of ['a', 'b']) source.forget(key);
    expect(clock.timers).toBe(0);
    const before = polls();
    await clock.advance(2 * tickMs);
    expect(polls()).toBe(before);
    expect(watch('b')).toBeUndefined();
    await clock.advance(tickMs);
    expect(watch('b')).toMatchObject({ known: true });
  });

  it.each([
    { it: 'name', place: 'green at kafka:9092' },
    { it: 'address', place: 'default at other:9092' },
  ])('is another one when a consumer moves to a cluster of another $it', async ({ place }) => {
    const { clock, told, source, watch, polls } = await createRunning();
    expect(watch('a', place)).toBeUndefined();
    told.length = 0;
    await clock.advance(tickMs);
    expect(told.toSorted()).toEqual(['a', 'b']);
    expect(polls(place)).toBeGreaterThan(0);
    expect(watch('a', place)).toMatchObject({ known: true });
    source.forget('b');
    const before = polls();
    await clock.advance(2 * tickMs);
    expect(polls()).toBe(before);
    source.forget('a');
    expect(clock.timers).toBe(0);
  });
});

describe('the lag source', () => {
  it('polls what was watched before once it runs, until that is forgotten', async () => {
    const { clock, source, watch, polls } = createBench();
    watch('a');
    await clock.advance(2 * tickMs);
    expect(polls()).toBe(0);
    void source.run(new AbortController().signal);
    await clock.advance(tickMs);
    expect(watch('a')).toMatchObject({ known: true });
    source.forget('a');
    expect(clock.timers).toBe(0);
  });

  it('forgets everything when it ends, and polls nothing until it runs again', async () => {
    const { clock, source, watch, polls, stop, done } = await createRunning();
    stop.abort();
    await done;
    expect(clock.timers).toBe(0);
    expect(source.topicsOf('a')).toBeUndefined();
    expect(watch('b')).toBeUndefined();
    const before = polls();
    await clock.advance(2 * tickMs);
    expect(polls()).toBe(before);
    void source.run(new AbortController().signal);
    await clock.advance(tickMs);
    expect(watch('b')).toMatchObject({ known: true });
  });

  it('ends at once when it should not have begun', async () => {
    const { source, watch, clock } = createBench();
    watch('a');
    await source.run(AbortSignal.abort());
    expect(clock.timers).toBe(0);
  });

  it('tells what the group of a watched consumer reads, and of no other', async () => {
    const { source, watch } = await createRunning();
    expect(source.topicsOf('a')).toEqual(['orders']);
    watch('new');
    expect([source.topicsOf('new'), source.topicsOf('stranger')]).toEqual([undefined, undefined]);
    source.forget('a');
    expect(source.topicsOf('a')).toBeUndefined();
  });
});
