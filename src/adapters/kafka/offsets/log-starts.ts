import type { Clock } from '../../../ports/clock.ts';
import type { MetadataTopic } from '../topics/calls.ts';
import type { OffsetTable } from './offset-table.ts';

/** First kept offsets, reused for a while. Kept by topic id, so that a re-created topic starts afresh. */
export class LogStarts {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #topics = new Map<string, { untilMs: number; starts: ReadonlyMap<number, bigint> }>();

  constructor(clock: Clock, keepMs: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /** The topics that have to be asked for: unknown, too old, or with partitions that were not answered yet. */
  due(topics: readonly MetadataTopic[]): MetadataTopic[] {
    const nowMs = this.#clock.monotonicMs();
    return topics.filter((topic) => {
      const known = this.#topics.get(topic.topicId);
      if (known === undefined || known.untilMs <= nowMs) return true;
      return topic.partitions.some(({ partitionIndex }) => !known.starts.has(partitionIndex));
    });
  }

  store(topics: readonly MetadataTopic[], answers: OffsetTable): void {
    const nowMs = this.#clock.monotonicMs();
    // Topics that nobody reads any more are not due either: they age out here.
    for (const [id, { untilMs }] of this.#topics) if (untilMs + this.#keepMs <= nowMs) this.#topics.delete(id);
    for (const topic of topics) {
      const starts = answers.get(topic.name ?? '') ?? new Map<number, bigint>();
      this.#topics.set(topic.topicId, { untilMs: nowMs + this.#keepMs, starts });
    }
  }

  get(topicId: string, partition: number): bigint | undefined {
    return this.#topics.get(topicId)?.starts.get(partition);
  }
}
