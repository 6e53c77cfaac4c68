import { Fault, type FaultKind, type Settled } from '../../src/ports/fault.ts';
import type {
  ClusterState,
  CommittedOffsets,
  FoundRecord,
  GroupState,
  KafkaAdmin,
  KafkaConnections,
  ListedTopic,
  NewTopic,
  PartitionOffsets,
  TopicOffsets,
  TopicReaders,
  TopicState,
} from '../../src/ports/kafka.ts';
import type { AlterOptions, KafkaCallOptions, WriteOptions } from '../../src/ports/kafka-calls.ts';
import type { ConfigChanges, ConfigEntry } from '../../src/ports/kafka-config.ts';
import type { PartitionReplicas } from '../../src/ports/kafka-replicas.ts';
import { FakeBrokers, type FakeGroup, type FakeLog, type FakeTopic } from './fake-brokers.ts';
import { FakeReplicas } from './fake-replicas.ts';
import { parsedValue, problemWith, settingsOfTopics } from './kafka-defaults.ts';

interface Unshown {
  to: string | undefined;
  /** What stands on the topic until then. */
  shown: string | undefined;
}

/** A Kafka cluster in memory that answers as a real one does. Tests read and change its state directly. */
export class FakeKafka extends FakeBrokers implements KafkaAdmin {
  /** Calls that asked for a change and arrived, whether it was made or not. */
  writes = 0;
  /** What becomes of a value that is set on a topic; brokers of some vendors have ideas of their own. */
  rewrite: (key: string, value: string) => string = (_key, value) => value;
  /** What is wrong with returning a setting to its default: the brokers' own may not go with others of the topic. */
  refuseReset: (key: string) => string | undefined = () => undefined;
  /** How many partitions the brokers' policy allows a topic. */
  mostPartitions = Number.POSITIVE_INFINITY;
  readonly replicas = new FakeReplicas(() => this.brokers);
  /** Changes of settings that the brokers took and do not show, by topic; absent: all is shown at once. */
  #unshown: Map<string, Map<string, Unshown>> | undefined;
  /** What becomes of coming calls, by how many calls are still before them. */
  #fates: { after: number; fault: Fault; arrives: boolean }[] = [];
  #down: Fault | undefined;

  /** Every call fails until `comeBack`. */
  goDown(fault: Fault = refused()): void {
    this.#down = fault;
  }

  comeBack(): void {
    this.#down = undefined;
  }

  /** Every call is told to wait, until `comeBack`. */
  throttle(retryAfterMs: number): void {
    const message = 'THROTTLING_QUOTA_EXCEEDED: the quota is used up';
    this.goDown(new Fault('kafka', 'throttled', message, { code: 'THROTTLING_QUOTA_EXCEEDED', retryAfterMs }));
  }

  /** From now on changes of settings are taken and not shown, as while brokers have not caught up. */
  fallBehind(): void {
    this.#unshown = new Map();
  }

  /** Shows what was held back; with `false`, this client has waited long enough, and what is shown counts. */
  catchUp(shown = true): void {
    for (const [name, changes] of (shown && this.#unshown) || []) {
      this.#apply(name, new Map([...changes].map(([key, { to }]) => [key, to])));
    }
    this.#unshown = undefined;
  }

  /** The n-th call from now (1 is the next) fails before it has done anything. */
  failCall(n: number, fault: Fault = refused()): void {
    this.#fates.push({ after: n - 1, fault, arrives: false });
  }

  /** The n-th call from now (1 is the next) does its work, but its answer is lost. */
  loseAnswer(n: number, fault: Fault = refused()): void {
    this.#fates.push({ after: n - 1, fault, arrives: true });
  }

  describeCluster(options: KafkaCallOptions): Promise<ClusterState> {
    return this.#call(options, () => ({ clusterId: this.clusterId, brokers: [...this.brokers] }));
  }

  listTopics(options: KafkaCallOptions): Promise<readonly ListedTopic[]> {
    return this.#call(options, () => {
      const listed = [...this.topics.keys()].map((name) => ({ name, internal: false }));
      // The brokers create it with the first group.
      return this.groups.size === 0 ? listed : [...listed, { name: '__consumer_offsets', internal: true }];
    });
  }

  describeTopic(name: string, options: KafkaCallOptions): Promise<TopicState | undefined> {
    return this.#call(options, () => {
      const topic = this.topics.get(name);
      const awaited = topic && this.#awaitedOf(topic);
      return topic && { ...stateOf(topic), ...this.replicas.countsOf(topic), ...(awaited?.size && { awaited }) };
    });
  }

  nameOfTopicId(id: string, options: KafkaCallOptions): Promise<string | undefined> {
    return this.#call(options, () => this.#withId(id)?.name);
  }

  createTopic(topic: NewTopic, options: WriteOptions): Promise<TopicState> {
    return this.#change(options, () => {
      const { name, config, partitions, replicationFactor } = { ...this.topicDefaults, ...topic };
      const what = `cannot create topic "${name}"`;
      if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name)) throw refusal('rejected', what, 'INVALID_TOPIC_EXCEPTION');
      if (this.topics.has(name)) throw refusal('conflict', what, 'TOPIC_ALREADY_EXISTS');
      const other = [...this.topics.keys()].find((one) => one.replaceAll('.', '_') === name.replaceAll('.', '_'));
      if (other !== undefined)
        throw refusal('rejected', what, 'INVALID_TOPIC_EXCEPTION', `it collides with existing topic ${other}`);
      if (partitions < 1) throw refusal('rejected', what, 'INVALID_PARTITIONS');
      if (replicationFactor < 1 || replicationFactor > this.brokers.length)
        throw refusal('rejected', what, 'INVALID_REPLICATION_FACTOR');
      checkSettings(what, config);
      if (options.validateOnly === true)
        return stateOf({ name, id: 'none', partitions, replicationFactor, config: new Map(config), logs: new Map() });
      return stateOf(this.putTopic(name, { partitions, replicationFactor, config: new Map(config) }));
    });
  }

  growTopic(name: string, total: number, options: WriteOptions): Promise<void> {
    return this.#change(options, () => {
      const what = `cannot grow topic "${name}" to ${total} partitions`;
      const topic = this.#existing(what, name);
      if (total < topic.partitions) throw refusal('rejected', what, 'INVALID_PARTITIONS');
      if (total > this.mostPartitions) throw refusal('rejected', what, 'POLICY_VIOLATION', 'too many partitions');
      if (options.validateOnly !== true) topic.partitions = total;
    });
  }

  alterTopicConfig(name: string, changes: ConfigChanges, options: AlterOptions): Promise<void> {
    return this.#change(options, () => {
      const what = `cannot alter the config of topic "${name}"`;
      const { config } = this.#existing(what, name);
      checkSettings(what, changes);
      for (const [key, value] of changes) {
        const problem = value === undefined ? this.refuseReset(key) : undefined;
        if (problem !== undefined) throw refusal('rejected', what, 'INVALID_CONFIG', problem);
      }
      if (options.validateOnly === true) return;
      if (this.#unshown === undefined) this.#apply(name, changes);
      else {
        const later = [...changes].map(([key, to]) => [key, { to, shown: config.get(key) }] as const);
        this.#unshown.set(name, new Map([...(this.#unshown.get(name) ?? []), ...later]));
      }
    });
  }

  deleteTopic(id: string, options: KafkaCallOptions): Promise<void> {
    return this.#change(options, () => {
      const topic = this.#withId(id);
      if (topic !== undefined) this.topics.delete(topic.name);
    });
  }

  describeReplicas(topic: string, options: KafkaCallOptions): Promise<readonly PartitionReplicas[] | undefined> {
    return this.#call(options, () => {
      const known = this.topics.get(topic);
      return known && this.replicas.of(known);
    });
  }

  countMoving(options: KafkaCallOptions): Promise<ReadonlyMap<string, number>> {
    return this.#call(options, () => {
      const counts = [...this.topics.values()].map((topic) => [topic.name, this.replicas.movingOf(topic)] as const);
      return new Map(counts.filter(([, count]) => count > 0));
    });
  }

  reassignReplicas(
    name: string,
    targets: ReadonlyMap<number, readonly number[]>,
    options: KafkaCallOptions,
  ): Promise<void> {
    return this.#change(options, () => {
      const what = `cannot reassign replicas of topic "${name}"`;
      const accepted = this.replicas.reassign(name, this.#existing(what, name), targets);
      if (!accepted) throw refusal('conflict', what, 'INVALID_REPLICA_ASSIGNMENT');
    });
  }

  readBrokerConfig(
    broker: number,
    keys: readonly string[],
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<string, ConfigEntry>> {
    return this.#call(options, () => {
      if (!this.brokers.some(({ id }) => id === broker)) throw refused();
      return this.replicas.entriesOf(broker, keys);
    });
  }

  alterBrokerConfig(broker: number, changes: ConfigChanges, options: KafkaCallOptions): Promise<void> {
    return this.#change(options, () => {
      if (!this.brokers.some(({ id }) => id === broker)) throw refused();
      const config = this.replicas.configOf(broker);
      for (const [key, value] of changes) {
        if (value === undefined) config.delete(key);
        else config.set(key, value);
      }
    });
  }

  groupsReading(topic: string, options: KafkaCallOptions): Promise<TopicReaders> {
    return this.#call(options, () => {
      const live = [...this.groups].filter(([, { members }]) => members.size > 0);
      const [silent, settled] = [live.filter(([, group]) => rebalances(group)), live.filter(([, g]) => !rebalances(g))];
      const reading = settled.filter(([, { members }]) =>
        [...members.values()].some((member) => member.subscription.includes(topic) || member.assignment.has(topic)),
      );
      const unsettled = silent.filter(([, { committed }]) => committed.size === 0 || committed.has(topic));
      return { reading: namesOf(reading), unsettled: namesOf(unsettled), unreadable: [] };
    });
  }

  readOffsets(
    topics: readonly string[],
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<string, Settled<TopicOffsets>>> {
    return this.#call(options, () => new Map(topics.map((name) => [name, this.#offsetsOf(name)])));
  }

  readCommitted(
    groups: readonly string[],
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<string, Settled<CommittedOffsets>>> {
    return this.#call(options, () => {
      return new Map(groups.map((id) => [id, { ok: true, value: copyOf(this.groups.get(id)?.committed) }]));
    });
  }

  describeGroups(
    groups: readonly string[],
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<string, Settled<GroupState>>> {
    return this.#call(options, () => new Map(groups.map((id) => [id, { ok: true, value: this.#groupState(id) }])));
  }

  findRecord(
    topic: string,
    partition: number,
    offset: bigint,
    options: KafkaCallOptions,
  ): Promise<FoundRecord | undefined> {
    return this.#call(options, () => {
      const known = this.topics.get(topic);
      if (known === undefined || partition >= known.partitions) return undefined;
      return foundIn(known.logs.get(partition) ?? { start: 0n, times: [] }, offset);
    });
  }

  async close(): Promise<void> {}

  #change<T>(options: WriteOptions, work: () => T): Promise<T> {
    return this.#call(options, () => {
      if (options.validateOnly !== true) this.writes += 1;
      return work();
    });
  }

  async #call<T>({ signal }: KafkaCallOptions, work: () => T): Promise<T> {
    const fate = this.#fates.find(({ after }) => after === 0);
    this.#fates = this.#fates.filter(({ after }) => after > 0).map((later) => ({ ...later, after: later.after - 1 }));
    if (signal.aborted) throw new Fault('kafka', 'unavailable', 'the call was given up', { code: 'ABORTED' });
    if (this.#down !== undefined) throw this.#down;
    if (fate !== undefined && !fate.arrives) throw fate.fault;
    const answer = work();
    if (fate !== undefined) throw fate.fault;
    return answer;
  }

  /** What somebody else changed meanwhile is news, which is waited for no longer. */
  #awaitedOf({ name, config }: FakeTopic): ConfigChanges {
    const changes = [...(this.#unshown?.get(name) ?? [])].filter(([key, { shown }]) => config.get(key) === shown);
    return new Map(changes.map(([key, { to }]) => [key, to]));
  }

  #apply(name: string, changes: ConfigChanges): void {
    const config = this.topics.get(name)?.config;
    for (const [key, value] of changes) {
      if (value === undefined) config?.delete(key);
      else config?.set(key, this.rewrite(key, value));
    }
  }

  #withId(id: string): FakeTopic | undefined {
    return [...this.topics.values()].find((topic) => topic.id === id);
  }

  #existing(what: string, name: string): FakeTopic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw refusal('conflict', what, 'UNKNOWN_TOPIC_OR_PARTITION');
    return topic;
  }

  #offsetsOf(name: string): Settled<TopicOffsets> {
    const topic = this.topics.get(name);
    const what = `cannot read offsets of topic "${name}"`;
    if (topic === undefined) return { ok: false, fault: refusal('conflict', what, 'UNKNOWN_TOPIC_OR_PARTITION') };
    const value = new Map<number, PartitionOffsets | undefined>();
    for (let partition = 0; partition < topic.partitions; partition += 1) {
      if (topic.silent?.has(partition)) {
        value.set(partition, undefined);
        continue;
      }
      const { start, times } = topic.logs.get(partition) ?? { start: 0n, times: [] };
      value.set(partition, { partition, logStart: start, end: start + BigInt(times.length) });
    }
    return { ok: true, value };
  }

  #groupState(groupId: string): GroupState {
    const group = this.groups.get(groupId);
    if (group === undefined) return { groupId, protocol: 'classic', state: 'Dead', assignor: '', members: [] };
    const { protocol, state, assignor, members } = group;
    return { groupId, protocol, state, assignor, members: [...members.values()] };
  }
}

/** Connections that give `kafka` for every target, whichever port asks. */
export function connectionsTo(
  kafka: KafkaAdmin,
): { to(target: unknown): KafkaAdmin } & Pick<KafkaConnections, 'retain'> {
  return { to: () => kafka, retain: () => {} };
}

function stateOf({ name, id, partitions, replicationFactor, config }: FakeTopic): TopicState {
  const entries = [...settingsOfTopics].map(([key, value]): [string, ConfigEntry] => {
    return [key, { value: parsedValue(key, config.get(key) ?? value), overridden: config.has(key) }];
  });
  return { name, id, partitions, replicationFactor, config: new Map(entries) };
}

function foundIn({ start, times, open }: FakeLog, offset: bigint): FoundRecord {
  const from = offset > start ? offset : start;
  const end = start + BigInt(times.length);
  const timeAt = (at: bigint) => times[Number(at - start)];
  let first = from;
  while (first < end && timeAt(first) === undefined) first += 1n;
  if (first >= end) return { kind: 'none', until: first };
  return { kind: open !== undefined && first >= open.from ? 'open' : 'record', offset: first, time: timeAt(first) };
}

function checkSettings(what: string, settings: ReadonlyMap<string, string | undefined>): void {
  for (const [key, value] of settings) {
    const problem = value === undefined ? undefined : problemWith(key, value);
    if (problem !== undefined) throw refusal('rejected', what, 'INVALID_CONFIG', problem);
  }
}

function rebalances({ protocol, state }: FakeGroup): boolean {
  return protocol === 'classic' && state === 'PreparingRebalance';
}

function namesOf(groups: readonly [string, FakeGroup][]): string[] {
  return groups.map(([name]) => name).sort();
}

function copyOf(committed: ReadonlyMap<string, ReadonlyMap<number, bigint>> = new Map()): CommittedOffsets {
  return new Map([...committed].map(([topic, offsets]) => [topic, new Map(offsets)]));
}

function refusal(kind: FaultKind, what: string, code: string, problem?: string): Fault {
  return new Fault('kafka', kind, problem === undefined ? `${what}: ${code}` : `${what}: ${code}: ${problem}`, {
    code,
    ...(problem !== undefined && { words: problem }),
  });
}

function refused(): Fault {
  const message = 'cannot connect to broker-1:9092: ECONNREFUSED';
  return new Fault('kafka', 'unavailable', message, { code: 'ECONNREFUSED' });
}
