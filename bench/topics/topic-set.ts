import { chunks } from '../../src/adapters/kafka/batches/chunks.ts';
import {
  alterTopicConfigs,
  createPartitions,
  createTopics,
  deleteTopics,
} from '../../src/adapters/kafka/topics/calls.ts';
import { topicIdOfUuid } from '../../src/adapters/kafka/topics/topic-id.ts';
import { type RawKafka, REQUEST_MS } from '../stage/raw-kafka.ts';
import type { Template } from '../stage/template.ts';
import { grownPartitions, type Phase } from './phases.ts';

const TERMS = { timeoutMs: REQUEST_MS, validateOnly: false };

/** Kafka refuses a CreateTopics with more. */
const MOST_PARTITIONS = 10_000;

/** Topics that go through the phases by plain requests. */
export class TopicSet {
  readonly #kafka: RawKafka;
  readonly #template: Template;
  readonly #names: readonly string[];
  #ids: string[] = [];

  constructor(kafka: RawKafka, template: Template, names: readonly string[]) {
    this.#kafka = kafka;
    this.#template = template;
    this.#names = names;
  }

  /** Each request is for up to `batch` topics, or as many as Kafka takes. */
  async apply(phase: Phase, batch: number): Promise<void> {
    const size = Math.min(batch, Math.floor(MOST_PARTITIONS / grownPartitions(this.#template)));
    if (phase === 'delete') {
      for (const ids of chunks(this.#ids, size)) await this.#delete(ids);
      return;
    }
    for (const names of chunks(this.#names, size)) await this.#change(phase, names);
  }

  async #change(phase: Exclude<Phase, 'delete'>, names: readonly string[]): Promise<void> {
    switch (phase) {
      case 'create': {
        const request = createTopics(
          names.map((name) => ({ ...this.#template.topic, name })),
          TERMS,
        );
        const { topics } = await this.#kafka.send(request, (answer) => answer.topics);
        this.#ids.push(...topics.map(({ topicId }) => topicIdOfUuid(topicId)));
        return;
      }
      case 'config': {
        const { key, value } = this.#template.setting;
        const changes = new Map([[key, String(value)]]);
        const request = alterTopicConfigs(
          names.map((name) => ({ name, changes })),
          TERMS,
        );
        await this.#kafka.send(request, ({ responses }) => responses);
        return;
      }
      case 'grow': {
        const total = grownPartitions(this.#template);
        const request = createPartitions(
          names.map((name) => ({ name, total })),
          TERMS,
        );
        await this.#kafka.send(request, ({ results }) => results);
        return;
      }
    }
  }

  async #delete(ids: readonly string[]): Promise<void> {
    await this.#kafka.send(deleteTopics(ids, REQUEST_MS), ({ responses }) => responses);
  }
}
