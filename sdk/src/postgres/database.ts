import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool, type PoolClient } from 'pg';
import type { Logger } from 'pino';

/** Queries in one transaction. */
export type Transaction = Pick<PoolClient, 'query'>;

/** A schema of a PostgreSQL database, which a service has for itself. */
export interface Database {
  readonly query: Pool['query'];
  /**
   * Commits when `work` resolves and rolls back when it rejects; either way with the outcome of `work`. Rejects as well
   * where there was nothing to commit any more, because `work` resolved after a query of it had failed.
   */
  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Applies each `*.sql` of the folder that has not been applied yet, in the order of their names, all or none. */
  migrate(folder: string): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Such as `postgres://user:password@host:5432/shop`. */
  readonly url: string;
  /** Is made if it is not there. */
  readonly schema: string;
  /** 10 if absent. */
  readonly connections?: number;
  readonly log: Pick<Logger, 'warn'>;
}

const OWN_MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Locks are per database; a number of ours, for one migration at a time. */
const MIGRATION_LOCK = 7_258_423;

/** Opens the schema, with the tables of inbox and outbox. Rejects while the server does not answer. */
export async function openDatabase({ url, schema, connections = 10, log }: DatabaseOptions): Promise<Database> {
  if (!/^[a-z_][a-z0-9_]*$/.test(schema)) throw new TypeError(`"${schema}" is not a name of a schema in small letters`);
  const options = `-c search_path=${schema}`;
  const pool = new Pool({ connectionString: url, max: connections, options, connectionTimeoutMillis: 10_000 });
  // An idle connection that breaks is replaced when it is needed.
  pool.on('error', (error) => log.warn({ error: String(error) }, 'lost a connection to the database'));
  const database: Database = {
    query: pool.query.bind(pool) as Pool['query'],
    transact: (work) => transact(pool, work),
    migrate: (folder) => transact(pool, (transaction) => migrate(transaction, schema, folder)),
    close: () => pool.end(),
  };
  try {
    await database.migrate(OWN_MIGRATIONS);
    return database;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function transact<T>(pool: Pool, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // The pool listens to idle connections only. One that ends now fails the query that is under way, or the next one.
  const noteBroken = (error: Error) => {
    broken = error;
  };
  client.on('error', noteBroken);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await commit(client);
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(noteBroken);
    throw error;
  } finally {
    client.off('error', noteBroken);
    client.release(broken);
  }
}

/** After an error that somebody has swallowed PostgreSQL rolls back, and says so in its answer only. */
async function commit(client: Transaction): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') {
    throw new Error('the transaction was rolled back, because a query in it had failed: let that error through');
  }
}

async function migrate(transaction: Transaction, schema: string, folder: string): Promise<void> {
  await transaction.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  await transaction.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await transaction.query(
    'CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  const { rows } = await transaction.query<{ name: string }>('SELECT name FROM migration');
  const applied = new Set(rows.map(({ name }) => name));
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql') && !applied.has(name)).sort();
  for (const name of files) {
    await transaction.query(await readFile(join(folder, name), 'utf8'));
    await transaction.query('INSERT INTO migration (name) VALUES ($1)', [name]);
  }
}
