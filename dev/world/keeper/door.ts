import { chmodSync, closeSync, constants, fstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';

// A socket in a folder that only its owner may enter: the kernel asks who comes. A socket with an abstract name, or a
// port of the loopback, lets in every user of the machine.

const SOCKET = 'socket';
const LONGEST_LINE = 1_024;
const FIRST_LINE_WITHIN_MS = 5_000;
const MOST_CALLERS = 64;

/** What somebody said, and how to answer; `end` follows the last answer. */
export interface Call {
  line: string;
  tell(answer: string): void;
  end(): void;
}

/** Calls `take` with the first line of each caller. A caller that has not ended a line within `withinMs` is cut off. */
export async function openDoor(
  folder: string,
  take: (call: Call) => void,
  withinMs = FIRST_LINE_WITHIN_MS,
): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const entry = openSync(folder, constants.O_DIRECTORY);
  if (fstatSync(entry).uid !== process.getuid?.()) throw new Error(`${folder} belongs to another user: remove it`);
  chmodSync(folder, 0o700);
  // The process that opens the door holds the lock of the folder: a socket that is there was left by one that died.
  rmSync(join(folder, SOCKET), { force: true });
  const server = net.createServer((connection) => receive(connection, take, withinMs));
  server.maxConnections = MOST_CALLERS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path: throughEntry(entry) }, resolve);
  });
}

/** Undefined: there is no such folder, or it is not for us. */
export function knock(folder: string): net.Socket | undefined {
  try {
    const entry = openSync(folder, constants.O_DIRECTORY);
    return net.connect({ path: throughEntry(entry) }).on('close', () => closeSync(entry));
  } catch {
    return undefined;
  }
}

/** The path of a socket has at most 107 bytes, which a checkout's may exceed. */
function throughEntry(entry: number): string {
  return `/proc/self/fd/${entry}/${SOCKET}`;
}

function receive(connection: net.Socket, take: (call: Call) => void, withinMs: number): void {
  let heard = '';
  const impatience = setTimeout(() => connection.destroy(), withinMs);
  connection.on('error', () => {}).on('close', () => clearTimeout(impatience));
  const listen = (text: string) => {
    heard += text;
    const end = heard.indexOf('\n');
    if (end < 0 && heard.length <= LONGEST_LINE) return;
    clearTimeout(impatience);
    // Whatever else comes is read and forgotten: unread, a connection would never be seen to close.
    connection.off('data', listen).resume();
    if (end < 0 || end > LONGEST_LINE) connection.destroy();
    else take({ line: heard.slice(0, end), tell, end: () => connection.destroySoon() });
  };
  const tell = (answer: string) => {
    if (connection.writable) connection.write(`${answer}\n`);
  };
  connection.setEncoding('utf8').on('data', listen);
}
