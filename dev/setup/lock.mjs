// @ts-check
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';

// A lock is a listening socket with an abstract address (`\0name`): the kernel hands the name to one process and takes
// it back however that process ends, so that no lock is ever stale. Waiting costs nothing: a waiter connects to the
// holder and sleeps until the connection breaks. Abstract names live in the network namespace, as loopback does.

/** Bytes of `sun_path`. */
const ADDRESS_LENGTH = 108;

/**
 * A lock's name for a file or folder, different for each user.
 * @param {string} purpose
 * @param {string} path
 */
export function lockFor(purpose, path) {
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 24);
  return `sluice-${process.getuid?.() ?? 0}-${purpose}-${digest}`;
}

/**
 * Where a lock listens. Node 20 fills an abstract name up to the length of an address with zeros and Node 24 does not,
 * so that a short one would be two names: `npm ci` of the one would not wait for that of the other.
 * @param {string} name ASCII, at most 107 characters
 */
function addressOf(name) {
  return { path: `\0${name}`.padEnd(ADDRESS_LENGTH, '\0') };
}

/**
 * The locks that anybody on this machine holds, as the kernel lists them: with an at-sign for each zero.
 * @returns {readonly string[]}
 */
export function heldLocks() {
  return [...new Set(readFileSync('/proc/net/unix', 'utf8').match(/(?<=@)sluice-[^\s@]+/g))];
}

/**
 * Takes the lock, or returns undefined when another process has it.
 * @param {string} name
 * @param {(connection: net.Socket) => void} [serve] talks to whoever connects; by default they are left waiting
 * @returns {Promise<(() => void) | undefined>} how to let it go
 */
export function tryLock(name, serve) {
  const waiters = new Set();
  const server = net.createServer((connection) => {
    waiters.add(connection);
    connection.on('close', () => waiters.delete(connection)).on('error', () => {});
    connection.unref();
    // Unread, a connection would never be seen to close.
    if (serve) serve(connection);
    else connection.resume();
  });
  const release = () => {
    server.close();
    for (const waiter of waiters) waiter.destroy();
  };
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(addressOf(name), () => {
      server.unref();
      resolve(release);
    });
  });
}

/**
 * Resolves once the lock's present holder lets go, at once if there is none.
 * @param {string} name
 * @returns {Promise<void>}
 */
export function whenFree(name) {
  return new Promise((resolve) => {
    const connection = net.connect(addressOf(name));
    connection.resume();
    connection.on('error', () => {}).on('close', () => resolve());
  });
}

/**
 * Takes the lock, waiting for it as long as it takes.
 * @param {string} name
 * @param {() => void} [onWait] called once when somebody else has it
 */
export async function lock(name, onWait) {
  let release = await tryLock(name);
  if (!release) onWait?.();
  while (!release) {
    await whenFree(name);
    release = await tryLock(name);
  }
  return release;
}
