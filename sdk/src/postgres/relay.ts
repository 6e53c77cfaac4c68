import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EventProducer } from '../kafka/producer.ts';
import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';

const TRY_AGAIN_MS = 1_000;
const FORGET_EVERY_MS = 60_000;
const DAY_SECONDS = 86_400;

export interface RelayOptions {
  /** How many events go together; 500 if absent. */
  readonly most?: number;
  /** How long it rests when nothing is due; 50 ms if absent. */
  readonly restMs?: number;
  /** How long sent events are kept; a day if absent. */
  readonly keepSentSeconds?: number;
  /** How long the ids of handled events are kept; 14 days if absent. Must be longer than the topics keep records. */
  readonly keepHandledSeconds?: number;
}

export interface RelayParts<Tx> {
  readonly database: { transact<T>(work: (transaction: Tx) => Promise<T>): Promise<T> };
  readonly outbox: Pick<Outbox<Tx>, 'sendSome' | 'forget'>;
  readonly inbox: Pick<Inbox<Tx>, 'forget'>;
  readonly producer: Pick<EventProducer, 'send'>;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly signal: AbortSignal;
}

/**
 * Sends what is in the outbox until the signal is aborted, and then what is left. Several may run at once, in one process or in
 * many. A relay that dies between sending and marking leaves events that the next one sends again: readers drop them by their id.
 */
export async function runRelay<Tx>(parts: RelayParts<Tx>, options: RelayOptions = {}): Promise<void> {
  const { most = 500, restMs = 50 } = options;
  const { database, outbox, producer, log, signal } = parts;
  const rest = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {}); // the loop looks at the signal
  let forgetAtMs = performance.now() + FORGET_EVERY_MS * Math.random();
  let failure = '';
  const send = async () => {
    const sent = await database.transact((transaction) => outbox.sendSome(transaction, most, producer.send));
    if (failure) log.info('sends events again');
    failure = '';
    return sent;
  };
  for (;;) {
    const last = signal.aborted;
    try {
      const sent = await send();
      if (last && sent === 0) return;
      if (performance.now() > forgetAtMs) {
        forgetAtMs = performance.now() + FORGET_EVERY_MS;
        await forget(parts, options);
      }
      if (sent === 0) await rest(restMs);
    } catch (error) {
      if (String(error) !== failure) log.warn({ error: String(error) }, 'cannot send events; they stay in the outbox');
      failure = String(error);
      if (last) return;
      await rest(TRY_AGAIN_MS);
    }
  }
}

async function forget<Tx>({ database, outbox, inbox }: RelayParts<Tx>, options: RelayOptions): Promise<void> {
  const { keepSentSeconds = DAY_SECONDS, keepHandledSeconds = 14 * DAY_SECONDS } = options;
  await database.transact(async (transaction) => {
    await outbox.forget(transaction, keepSentSeconds);
    await inbox.forget(transaction, keepHandledSeconds);
  });
}
