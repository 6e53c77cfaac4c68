import type { Clock } from '../../../ports/clock.ts';
import type { TopicState } from '../../../ports/kafka.ts';
import type { ConfigChanges, ConfigEntry } from '../../../ports/kafka-config.ts';

/** What we wrote about one topic name and the brokers do not show yet. */
interface Memory {
  untilMs: number;
  created?: TopicState;
  partitions?: number;
  config: Map<string, Alteration>;
  /** The id of the topic that growth and settings were meant for: the first one seen afterwards. */
  topicId?: string;
}

const firstPauseMs = 25;
/** After an election of controllers, brokers may be seconds behind one another. */
const unheardMs = 15_000;

/** How a setting was changed, and what the brokers showed before. */
interface Alteration {
  to: string | undefined;
  before: ConfigEntry | undefined;
}

/**
 * Brokers spread news of topics among themselves for up to seconds. Until they show a topic that this client created, or
 * its new partitions, this shows them. Settings are shown as the brokers have them: what they make of a value is for
 * them to say, so this only tells which ones they have not caught up with. Each memory ends when the brokers show
 * something new, and after `keepMs` in any case, so that it hides for no longer what somebody else did.
 */
export class OwnWrites {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #memories = new Map<string, Memory>();
  /** Until when a broker that still shows a deleted topic id is not believed. An id is never used again. */
  readonly #deleted = new Map<string, number>();
  /** By name, topics created lately: one broker may show them, and the next one that is asked not yet. */
  readonly #created = new Map<string, { id: string; untilMs: number }>();
  #nextSweepMs = 0;
  /** Which Kafka cluster answered last. */
  #clusterId: string | undefined;

  constructor(clock: Clock, keepMs: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /** Another Kafka cluster at the same addresses knows nothing of what was written to the one before. */
  answeredBy(clusterId: string | undefined): void {
    if (clusterId === undefined) return;
    const before = this.#clusterId ?? clusterId;
    this.#clusterId = clusterId;
    if (before === clusterId) return;
    for (const known of [this.#memories, this.#deleted, this.#created]) known.clear();
  }

  created(topic: TopicState): void {
    this.#memories.delete(topic.name);
    this.#remember(topic.name).created = topic;
    this.#created.set(topic.name, { id: topic.id, untilMs: this.#clock.monotonicMs() + unheardMs });
  }

  /**
   * Whether a broker that shows `seen` may not have heard of the topic of that name that was created lately: it shows
   * none although one did before, or another one, which may be older than ours or have taken its place.
   */
  mayBeUnheard(name: string, seen: TopicState | undefined): boolean {
    const created = this.#created.get(name);
    if (created === undefined || created.untilMs <= this.#clock.monotonicMs()) return false;
    if (seen === undefined || this.#isDeleted(seen.id)) return this.#memories.get(name)?.created === undefined;
    return seen.id !== created.id;
  }

  grown(name: string, total: number): void {
    this.#remember(name).partitions = total;
  }

  altered(name: string, changes: ConfigChanges, before: ReadonlyMap<string, ConfigEntry>): void {
    const { config } = this.#remember(name);
    for (const [key, to] of changes) config.set(key, { to, before: before.get(key) });
  }

  /** How long to wait before the brokers are asked again for `awaited` of this topic; `undefined`: not just now. */
  askAgainMs(name: string, patienceMs: number): number | undefined {
    const untilMs = this.#memories.get(name)?.untilMs ?? 0;
    const ageMs = this.#clock.monotonicMs() - (untilMs - this.#keepMs);
    // As long again as it took so far.
    return ageMs < patienceMs ? Math.min(Math.max(firstPauseMs, ageMs), patienceMs - ageMs) : undefined;
  }

  deleted(id: string): void {
    this.#sweep();
    this.#deleted.set(id, this.#clock.monotonicMs() + this.#keepMs);
    for (const [name, { created, topicId }] of this.#memories) {
      if (created?.id === id || topicId === id) this.#memories.delete(name);
    }
    for (const [name, created] of this.#created) if (created.id === id) this.#created.delete(name);
  }

  /** The topic as it is once the brokers have caught up with our writes; `seen` is what they say now. */
  show(name: string, seen: TopicState | undefined): TopicState | undefined {
    const live = seen !== undefined && this.#isDeleted(seen.id) ? undefined : seen;
    const memory = this.#memories.get(name);
    if (memory === undefined) return live;
    if (memory.untilMs <= this.#clock.monotonicMs()) {
      this.#memories.delete(name);
      return live;
    }
    if (live === undefined) return memory.created && withMemory(memory.created, memory);
    if (memory.created === undefined || memory.created.id === live.id) return this.#settle(live, memory);
    this.#memories.delete(name);
    return live;
  }

  /** Drops what the brokers have caught up with and adds the rest to what they say. */
  #settle(live: TopicState, memory: Memory): TopicState {
    delete memory.created;
    memory.topicId ??= live.id;
    if (live.partitions >= (memory.partitions ?? 0)) delete memory.partitions;
    for (const [key, { before }] of memory.config) {
      if (!sameEntry(live.config.get(key), before)) memory.config.delete(key);
    }
    const done = memory.partitions === undefined && memory.config.size === 0;
    if (!done && memory.topicId === live.id) return withMemory(live, memory);
    this.#memories.delete(live.name);
    return live;
  }

  #isDeleted(id: string): boolean {
    return (this.#deleted.get(id) ?? 0) > this.#clock.monotonicMs();
  }

  #remember(name: string): Memory {
    this.#sweep();
    const memory = this.#memories.get(name) ?? { untilMs: 0, config: new Map() };
    memory.untilMs = this.#clock.monotonicMs() + this.#keepMs;
    this.#memories.set(name, memory);
    return memory;
  }

  /** Now and then, so that topics nobody asks about again leave nothing behind. */
  #sweep(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#nextSweepMs) return;
    this.#nextSweepMs = nowMs + this.#keepMs;
    for (const [name, { untilMs }] of this.#memories) if (untilMs <= nowMs) this.#memories.delete(name);
    for (const [id, untilMs] of this.#deleted) if (untilMs <= nowMs) this.#deleted.delete(id);
    for (const [name, { untilMs }] of this.#created) if (untilMs <= nowMs) this.#created.delete(name);
  }
}

function sameEntry(one: ConfigEntry | undefined, other: ConfigEntry | undefined): boolean {
  return one?.value === other?.value && one?.overridden === other?.overridden;
}

function withMemory(topic: TopicState, { partitions = 0, config }: Memory): TopicState {
  const awaited = new Map([...config].map(([key, { to }]) => [key, to]));
  return { ...topic, partitions: Math.max(topic.partitions, partitions), ...(awaited.size > 0 && { awaited }) };
}
