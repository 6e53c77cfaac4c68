import { expect } from 'vitest';
import type { Managed } from '../../../src/runtime/kind.ts';
import { eventually } from '../../helpers/eventually.ts';
import { liveTopics } from './live-topics.ts';
import { type Scene, within } from './scene.ts';

const adoptionPolicies = ['MatchOnly', 'Take', 'Never'];

interface Wanted {
  partitions: number;
  config: Readonly<Record<string, string>>;
}

export interface TopicChange {
  partitions?: number;
  retentionMs?: number;
}

/** Writes EventTopics and remembers what the last spec of each says, to be held against the brokers in the end. */
export class TopicBook {
  readonly #scene: Scene;
  readonly #wanted = new Map<string, Wanted>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  get size(): number {
    return this.#wanted.size;
  }

  keyOf(name: string): string {
    return `${this.#scene.namespace}/${name}`;
  }

  async create(name: string, spec: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const config = { 'retention.ms': 1_000_000 };
    await this.#scene.createTopic(name, { partitions: 1, keyed: false, config, ...spec });
    this.#wanted.set(name, { partitions: 1, config: { 'retention.ms': '1000000' } });
    return this.keyOf(name);
  }

  /** `<prefix>-1` and so on, with every adoption policy in turn. Answers their keys. */
  createMany(prefix: string, count: number): Promise<string[]> {
    return Promise.all(
      Array.from({ length: count }, (_, index) => {
        const adoptionPolicy = adoptionPolicies[index % adoptionPolicies.length];
        return this.create(`${prefix}-${index + 1}`, { adoptionPolicy });
      }),
    );
  }

  async change(name: string, { partitions, retentionMs }: TopicChange): Promise<void> {
    const config = retentionMs === undefined ? undefined : { 'retention.ms': retentionMs };
    const spec = { ...(partitions !== undefined && { partitions }), ...(config && { config }) };
    await this.#scene.cluster.patch('EventTopic', this.keyOf(name), { spec });
    const before = this.#wanted.get(name) ?? { partitions: 1, config: {} };
    this.#wanted.set(name, {
      partitions: partitions ?? before.partitions,
      config: { ...before.config, ...(config && { 'retention.ms': String(retentionMs) }) },
    });
  }

  async delete(name: string): Promise<void> {
    await this.#scene.cluster.delete('EventTopic', this.keyOf(name));
    this.#wanted.delete(name);
  }

  /** Waits until all are Ready and the brokers have exactly these topics, each with the id that its status holds. */
  async whenDone(): Promise<void> {
    await this.#scene.whenAllReady(
      'EventTopic',
      [...this.#wanted.keys()].map((name) => this.keyOf(name)),
    );
    await eventually(
      async () => {
        const resources = await this.#scene.cluster.list<Managed & { status?: { topicId?: string } }>('EventTopic');
        const ids = new Map(resources.map(({ metadata, status }) => [metadata.name, status?.topicId]));
        const wanted = [...this.#wanted].map(([name, topic]) => [name, { ...topic, id: ids.get(name) }] as const);
        expect(await liveTopics(this.#scene.world.kafka.bootstrapServers)).toEqual(new Map(wanted));
      },
      { within },
    );
  }
}
