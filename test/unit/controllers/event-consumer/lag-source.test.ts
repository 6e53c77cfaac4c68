import { expect, it } from 'vitest';
import type { ClusterConnections } from '../../../../src/controllers/cluster-use.ts';
import { createLagSource } from '../../../../src/controllers/event-consumer/lag-source.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import { Fault } from '../../../../src/ports/fault.ts';
import type { KafkaAdmin } from '../../../../src/ports/kafka.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { FakeKafka } from '../../../fakes/fake-kafka.ts';
import { RecordedLog } from '../../../fakes/recorders.ts';
import { clusterOf, useOf } from '../samples.ts';

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
  const source = createLagSource({ kafka, clock, log: new RecordedLog(), tickMs, onSnapshot: () => {} });
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
