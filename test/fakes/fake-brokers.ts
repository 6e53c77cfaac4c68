import { randomBytes } from 'node:crypto';
import type { Broker, GroupMember } from '../../src/ports/kafka.ts';

export interface FakeTopic {
  name: string;
  id: string;
  partitions: number;
  replicationFactor: number;
  /** The settings that stand on the topic itself. */
  config: Map<string, string>;
  /** What was written, by partition; a partition without an entry is empty. */
  logs: Map<number, FakeLog>;
  /** Partitions whose leaders do not answer. */
  silent?: Set<number>;
}

export interface FakeLog {
  /** The first offset still kept. */
  start: bigint;
  /** When each kept record was appended; `undefined` at offsets that hold none. */
  times: (Date | undefined)[];
  /** A transaction that has not ended: where it began, and how many records it has. */
  open?: { from: bigint; records: number } | undefined;
}

export interface FakeGroup {
  protocol: 'classic' | 'consumer';
  state: string;
  assignor: string;
  members: Map<string, GroupMember>;
  /** Offsets by topic and partition. */
  committed: Map<string, Map<number, bigint>>;
}

/** What a Kafka cluster holds, and what others than the operator do to it. */
export class FakeBrokers {
  readonly topics = new Map<string, FakeTopic>();
  readonly groups = new Map<string, FakeGroup>();
  clusterId = newId();
  brokers: Broker[] = [{ id: 1, host: 'broker-1', port: 9092 }];
  /** What a topic gets that does not say. */
  topicDefaults = { partitions: 1, replicationFactor: 1 };

  /** Somebody creates a topic, or re-creates it: its id is new and it is empty. */
  putTopic(name: string, topic: Partial<Omit<FakeTopic, 'name'>> = {}): FakeTopic {
    const created = { name, id: newId(), ...this.topicDefaults, config: new Map(), logs: new Map(), ...topic };
    this.topics.set(name, created);
    return created;
  }

  /** Somebody appends records, one for each time. */
  produce(topicName: string, partition: number, times: readonly Date[] = [new Date()]): void {
    this.#log(topicName, partition).times.push(...times);
  }

  /** Somebody writes records in a transaction, and goes on without ending it. */
  beginTransaction(topicName: string, partition: number, times: readonly Date[]): void {
    const log = this.#log(topicName, partition);
    log.open = { from: log.start + BigInt(log.times.length), records: times.length };
    log.times.push(...times);
  }

  /** The transaction ends with a marker; one that is aborted leaves no record. */
  endTransaction(topicName: string, partition: number, as: 'commit' | 'abort'): void {
    const log = this.#log(topicName, partition);
    if (log.open === undefined) throw new Error(`no transaction is open in ${topicName}-${partition}`);
    const from = Number(log.open.from - log.start);
    if (as === 'abort') log.times.fill(undefined, from, from + log.open.records);
    log.times.push(undefined);
    log.open = undefined;
  }

  /** Old records expire: the first kept offset moves up to `start`. */
  expire(topicName: string, partition: number, start: bigint): void {
    const log = this.#log(topicName, partition);
    log.times.splice(0, Number(start - log.start));
    log.start = start;
  }

  /** The leader of a partition answers no more. */
  silence(topicName: string, partition: number): void {
    const topic = this.topics.get(topicName);
    if (topic === undefined) throw new Error(`no ${topicName} here`);
    topic.silent = new Set([...(topic.silent ?? []), partition]);
  }

  /** A group commits that it will read `offset` next. */
  commit(groupId: string, topic: string, partition: number, offset: bigint): void {
    const { committed } = this.#group(groupId);
    committed.set(topic, (committed.get(topic) ?? new Map()).set(partition, offset));
  }

  /** A member joins; the partitions of its topics are shared out among all members of the group that read them. */
  join(
    groupId: string,
    memberId: string,
    topics: readonly string[],
    protocol: FakeGroup['protocol'] = 'classic',
  ): void {
    const group = this.#group(groupId);
    group.protocol = protocol;
    group.assignor = protocol === 'classic' ? 'range' : 'uniform';
    const member = { memberId, clientId: memberId, host: '/127.0.0.1', assignment: new Map(), subscription: topics };
    group.members.set(memberId, member);
    this.#rebalance(group);
  }

  leave(groupId: string, memberId: string): void {
    const group = this.#group(groupId);
    group.members.delete(memberId);
    this.#rebalance(group);
  }

  /** A classic group begins to rebalance: what its members read is not known until it has settled. */
  disturb(groupId: string): void {
    this.#group(groupId).state = 'PreparingRebalance';
  }

  #rebalance(group: FakeGroup): void {
    const members = [...group.members.values()];
    group.state = members.length === 0 ? 'Empty' : 'Stable';
    for (const member of members) {
      const assignment = new Map<string, number[]>();
      for (const topic of member.subscription) {
        const readers = members.filter(({ subscription }) => subscription.includes(topic));
        const all = Array.from({ length: this.topics.get(topic)?.partitions ?? 0 }, (_, partition) => partition);
        const own = all.filter((partition) => readers[partition % readers.length] === member);
        if (own.length > 0) assignment.set(topic, own);
      }
      group.members.set(member.memberId, { ...member, assignment });
    }
  }

  #group(groupId: string): FakeGroup {
    const existing = this.groups.get(groupId);
    if (existing !== undefined) return existing;
    const group: FakeGroup = {
      protocol: 'classic',
      state: 'Empty',
      assignor: '',
      members: new Map(),
      committed: new Map(),
    };
    this.groups.set(groupId, group);
    return group;
  }

  #log(topicName: string, partition: number): FakeLog {
    const topic = this.topics.get(topicName);
    if (topic === undefined || partition >= topic.partitions) throw new Error(`no ${topicName}-${partition} here`);
    const log = topic.logs.get(partition) ?? { start: 0n, times: [] };
    topic.logs.set(partition, log);
    return log;
  }
}

/** Topic and cluster ids have one form. */
export function newId(): string {
  return randomBytes(16).toString('base64url');
}
