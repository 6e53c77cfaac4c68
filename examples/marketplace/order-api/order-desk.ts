import type { Transaction } from '@sluice/sdk';
import type { OrderCreated } from '../shared/events.ts';
import type { Store } from '../shared/store.ts';

/** `Known`: the same order was taken before. `OtherOrder`: another one was, with this key. */
export type Placing = 'Taken' | 'Known' | 'OtherOrder';

/** Takes orders, each once. */
export interface OrderDesk {
  /** When it resolves to `Taken`, the order is kept and its event will be sent. Without an answer, ask again with the same key. */
  place(event: OrderCreated, requestHash: string): Promise<Placing>;
}

export function createOrderDesk({ database, add }: Pick<Store<OrderCreated>, 'database' | 'add'>): OrderDesk {
  return {
    place: (event, requestHash) =>
      database.transact(async (transaction) => {
        const known = await takeKey(transaction, event.orderId, requestHash);
        if (known !== undefined) return known === requestHash ? 'Known' : 'OtherOrder';
        await add(transaction, 'order.created', event);
        return 'Taken';
      }),
  };
}

/** The hash that the key was taken with before; undefined: it is taken now. */
async function takeKey(transaction: Transaction, key: string, requestHash: string): Promise<string | undefined> {
  const insert = 'INSERT INTO idempotency (key, request_hash) VALUES ($1, $2) ON CONFLICT DO NOTHING';
  const { rowCount } = await transaction.query(insert, [key, requestHash]);
  if (rowCount === 1) return undefined;
  const select = 'SELECT request_hash FROM idempotency WHERE key = $1';
  const { rows } = await transaction.query<{ request_hash: string }>(select, [key]);
  return rows[0]?.request_hash;
}
