import { Client } from 'pg';
import type { World } from '../world/world.ts';

/** The orders that the payment service has charged, by its own table. */
export async function readCharged({ postgres }: World): Promise<ReadonlySet<string>> {
  const client = new Client({ connectionString: postgres?.url });
  await client.connect();
  try {
    const sql = 'SELECT order_id FROM payment.charge WHERE charged_at IS NOT NULL';
    const { rows } = await client.query<{ order_id: string }>(sql);
    return new Set(rows.map(({ order_id }) => order_id));
  } finally {
    await client.end();
  }
}
