import { eventConsumerBehaviour } from '../../../../src/controllers/event-consumer/behaviour.ts';
import { deploymentTargets } from '../../../../src/controllers/event-consumer/deployment.ts';
import { autoscalerIndex, consumerIndexes } from '../../../../src/controllers/event-consumer/indexes.ts';
import { createLagSource } from '../../../../src/controllers/event-consumer/lag-source.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import type { EventConsumer, EventConsumerSpec } from '../../../../src/crds/event-consumer.ts';
import { Fault } from '../../../../src/ports/fault.ts';
import type { KafkaCallOptions } from '../../../../src/ports/kafka-calls.ts';
import type { KubeObject } from '../../../../src/ports/kube.ts';
import type { Autoscaler, Deployment, ScaleTarget, ScaleWriter } from '../../../../src/ports/scale-target.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { connectionsTo, FakeKafka } from '../../../fakes/fake-kafka.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { RecordedLog, RecordedMetrics } from '../../../fakes/recorders.ts';
import { createRounds } from '../rounds.ts';
import { clusterOf, consumerResource } from '../samples.ts';

export const key = 'shop/payment';
const tickMs = 5_000;
const partitions = 6;

/** Counts the polls. */
export class PolledKafka extends FakeKafka {
  polls = 0;

  override describeGroups(groups: readonly string[], options: KafkaCallOptions) {
    this.polls += 1;
    return super.describeGroups(groups, options);
  }
}

/** Sets the Deployment's replicas, and its pods join the group at once. */
class FakeScaler implements ScaleWriter {
  /** Sizes that were asked for. */
  readonly writes: number[] = [];
  /** True: the watch does not show the new size yet. */
  late = false;
  /** How many answers to come are lost, though the size is set. */
  lost = 0;
  readonly #show: (replicas: number) => void;

  constructor(show: (replicas: number) => void) {
    this.#show = show;
  }

  async scale(_target: ScaleTarget, replicas: number): Promise<void> {
    this.writes.push(replicas);
    if (!this.late) this.#show(replicas);
    if (this.lost === 0) return;
    this.lost -= 1;
    throw new Fault('kubernetes', 'unavailable', 'no answer', { code: 'TIMEOUT' });
  }
}

export interface ConsumerWorldOptions {
  spec?: Partial<EventConsumerSpec>;
  scaling?: Partial<EventConsumerSpec['scaling']>;
  /** What the Deployment starts with. */
  replicas?: number;
  others?: readonly EventConsumer[];
}

/** All that rounds of EventConsumers touch: one Deployment that runs the group "payment", and the real lag source. */
export function consumerWorld({ spec, scaling, replicas = 1, others = [] }: ConsumerWorldOptions = {}) {
  const clock = new FakeClock();
  const kafka = new PolledKafka();
  kafka.putTopic('orders', { partitions });
  const metrics = new RecordedMetrics();
  const resource = consumerResource(spec);
  const own = { ...resource, spec: { ...resource.spec, scaling: { ...resource.spec.scaling, ...scaling } } };
  const stores = {
    consumers: new FakeStore<EventConsumer>([own, ...others], { indexes: consumerIndexes }),
    clusters: new FakeStore<EventCluster>([clusterOf()]),
    namespaces: new FakeStore<KubeObject>(),
    deployments: new FakeStore<Deployment>([deployment]),
  };
  const autoscalers = new FakeStore<Autoscaler>([], { indexes: [autoscalerIndex] });
  const show = (size: number) => resize(stores.deployments, kafka, size);
  show(replicas);
  const scaler = new FakeScaler(show);
  const lag = createLagSource({ kafka: connectionsTo(kafka), clock, log: new RecordedLog(), tickMs });
  void lag.run(new AbortController().signal);
  const targets = { Deployment: deploymentTargets(stores.deployments) };
  const behaviour = eventConsumerBehaviour({
    ...stores,
    targets,
    autoscalers: [autoscalers],
    lag,
    scaler,
    clock,
    metrics,
  });
  const store = stores.consumers;
  const rounds = createRounds({ store, behaviour, outside: [kafka, scaler], clock, key });
  const pass = async (seconds: number, load?: Load) => {
    for (let passedMs = 0; passedMs < seconds * 1_000; passedMs += tickMs) {
      if (load) work(kafka, clock, load);
      await clock.advance(tickMs);
      await rounds.settle();
    }
  };
  return {
    kafka,
    metrics,
    autoscalers,
    scaler,
    show,
    pass,
    ...stores,
    ...rounds,
    status: () => store.must(key).status ?? {},
    replicas: () => stores.deployments.must(key).spec.replicas,
  };
}

/** Records per second: what arrives, and what one member processes. */
interface Load {
  arrive: number;
  perMember: number;
}

/** One tick of traffic, the same in every partition. */
function work(kafka: FakeKafka, clock: FakeClock, { arrive, perMember }: Load): void {
  const group = kafka.groups.get('payment');
  const processed = Math.floor((perMember * (group?.members.size ?? 0) * tickMs) / 1_000 / partitions);
  const arrived = new Array<Date>((arrive * tickMs) / 1_000 / partitions).fill(clock.now());
  for (let partition = 0; partition < partitions; partition += 1) {
    kafka.produce('orders', partition, arrived);
    const end = kafka.topics.get('orders')?.logs.get(partition)?.times.length ?? 0;
    const before = Number(group?.committed.get('orders')?.get(partition) ?? 0n);
    kafka.commit('payment', 'orders', partition, BigInt(Math.min(end, before + processed)));
  }
}

const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'payment',
    namespace: 'shop',
    uid: 'deployment-uid',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: { replicas: 0 },
};

function resize(deployments: FakeStore<Deployment>, kafka: FakeKafka, size: number): void {
  deployments.edit(key, { spec: { replicas: size } });
  deployments.editStatus(key, { readyReplicas: size });
  for (const member of [...(kafka.groups.get('payment')?.members.keys() ?? [])]) kafka.leave('payment', member);
  for (let pod = 0; pod < size; pod += 1) kafka.join('payment', `pod-${pod}`, ['orders']);
}
