import type { ConfigEntry } from './kafka-config.ts';

export interface KafkaCallOptions {
  signal: AbortSignal;
  /** Whose turn it is when a batch is full; requests of many namespaces are interleaved. */
  namespace?: string;
}

export interface WriteOptions extends KafkaCallOptions {
  /** The broker judges the change and makes none: what it would refuse is a Fault, as with the real thing. */
  validateOnly?: boolean;
}

export interface AlterOptions extends WriteOptions {
  /**
   * The settings as the caller saw them last. While the brokers go on to show one of them as it was then, they have not
   * caught up with the change: see `awaited`. Absent: what they show counts at once.
   */
  before?: ReadonlyMap<string, ConfigEntry>;
}
