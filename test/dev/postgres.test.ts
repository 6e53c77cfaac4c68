import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, expect, it } from 'vitest';
import { openNursery } from '../../dev/setup/processes.mjs';
import { createPostgres, sweepPostgres } from '../../dev/world/parts/postgres.ts';

const nursery = await openNursery();
const run = mkdtempSync(join(tmpdir(), 'sluice-run-'));
afterAll(async () => {
  await nursery.close();
  rmSync(run, { recursive: true, force: true });
});

it('starts as whoever we are, keeps what was committed when it is killed, and leaves nothing behind', async () => {
  // Folders of this shape are no world's.
  const { url, part, close } = createPostgres({ folder: run, logs: run, host: '127.100.251.5' }, nursery);
  const ask = async (sql: string) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  await part.start();
  await ask('CREATE TABLE kept AS SELECT 7 AS number');
  const [{ data_directory: data } = {}] = await ask('SHOW data_directory');
  expect(existsSync(data)).toBe(true);
  await part.kill();
  await part.start();
  expect(await ask('SELECT number FROM kept')).toEqual([{ number: 7 }]);
  await close();
  expect(part.running).toBe(false);
  expect(existsSync(data)).toBe(false);
});

it('sweeps what a root user keeps outside a run once the run is gone', () => {
  const homeOf = (of: string) => {
    const home = mkdtempSync(join(tmpdir(), 'sluice-postgres-'));
    mkdirSync(join(home, 'data'));
    symlinkSync(of, join(home, 'run'));
    return home;
  };
  const [living, dead] = [homeOf(run), homeOf(join(run, 'gone'))];
  sweepPostgres();
  expect([existsSync(living), existsSync(dead)]).toEqual([true, false]);
  rmSync(living, { recursive: true });
});
