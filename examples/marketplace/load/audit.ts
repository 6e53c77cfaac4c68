import { createCodec, createKafka, createLogger, createMetrics, readFromStart } from '@sluice/sdk';
import type { OrderEvent } from '../shared/events.ts';

export interface AuditOptions {
  /** Comma-separated `host:port`. */
  readonly bootstrapServers: string;
  readonly registryUrl: string;
  /** Of which event, such as order.shipped. */
  readonly topic: string;
  readonly withinMs?: number;
}

export interface Audit {
  readonly records: number;
  /** By order id: the distinct ids of its events. More than one would be a parcel, or a charge, too many. */
  readonly eventIds: ReadonlyMap<string, ReadonlySet<string>>;
  /** Records beyond the first with the same event id: sent again after a crash or a rebalance, to be dropped by readers. */
  readonly redeliveries: number;
}

/** Reads all that the topic holds by now. Commits nothing. Rejects if that takes longer than `withinMs` (60 s). */
export async function auditTopic(options: AuditOptions): Promise<Audit> {
  const { bootstrapServers, registryUrl, topic, withinMs = 60_000 } = options;
  const log = createLogger('audit', 'silent');
  const codec = createCodec(registryUrl);
  const eventIds = new Map<string, Set<string>>();
  let records = 0;

  const done = new AbortController();
  const deadline = AbortSignal.timeout(withinMs);
  await readFromStart<OrderEvent>(
    {
      name: 'audit',
      topics: [topic],
      restarted() {
        eventIds.clear();
        records = 0;
      },
      async handle({ value: { orderId, eventId } }) {
        eventIds.set(orderId, (eventIds.get(orderId) ?? new Set()).add(eventId));
        records += 1;
      },
      caughtUp: () => done.abort(),
    },
    {
      kafka: createKafka('audit', bootstrapServers.split(','), log),
      codec,
      metrics: createMetrics('audit'),
      log,
      health: { beat() {}, missing() {}, found() {} },
      signal: AbortSignal.any([done.signal, deadline]),
    },
  );
  if (!done.signal.aborted) throw new Error(`topic ${topic} was not read to its end within ${withinMs} ms`);
  const distinct = [...eventIds.values()].reduce((sum, ids) => sum + ids.size, 0);
  return { records, eventIds, redeliveries: records - distinct };
}
