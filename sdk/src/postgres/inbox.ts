import type { Transaction } from './database.ts';

/** Remembers which events a group has handled. `Tx` is the transaction of whatever database keeps it. */
export interface Inbox<Tx> {
  /**
   * Writes the event down as handled, as part of `transaction`. False: it is there already, and its effect with it. A second
   * delivery at the same time waits for how the first transaction ends.
   */
  enter(transaction: Tx, group: string, eventId: string): Promise<boolean>;
  /** Forgets what was handled longer ago. An event that is delivered after that is taken for a new one. */
  forget(transaction: Tx, olderThanSeconds: number): Promise<void>;
}

export function createInbox(): Inbox<Transaction> {
  return {
    async enter(transaction, group, eventId) {
      const sql = 'INSERT INTO inbox (consumer_group, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING';
      const { rowCount } = await transaction.query(sql, [group, eventId]);
      return rowCount === 1;
    },
    async forget(transaction, olderThanSeconds) {
      await transaction.query('DELETE FROM inbox WHERE processed_at < now() - make_interval(secs => $1)', [
        olderThanSeconds,
      ]);
    },
  };
}
