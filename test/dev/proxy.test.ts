import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FaultProxy } from '../../dev/world/parts/proxy.ts';
import { eventually } from '../helpers/eventually.ts';

const WITHIN = { within: 30_000 };
/** An address of loopback that nobody else uses: a free port of it does not become that of another's connection. */
const HOST = '127.99.0.1';

/** A client that remembers what it heard. */
class Client {
  readonly socket: net.Socket;
  heard = '';
  failure: string | undefined;

  constructor(port: number) {
    this.socket = net.connect({ host: HOST, port });
    this.socket.setEncoding('utf8').on('data', (text) => {
      this.heard += text;
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.failure = error.code;
    });
  }

  say(text: string): void {
    this.socket.write(text);
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

let echo: net.Server;
let proxy: FaultProxy;
const clients: Client[] = [];

function connect(): Client {
  const client = new Client(proxy.from.port);
  clients.push(client);
  return client;
}

beforeEach(async () => {
  echo = net.createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, HOST);
  await once(echo, 'listening');
  const { port } = echo.address() as net.AddressInfo;
  proxy = new FaultProxy({ host: HOST, port: await freePort() }, { host: HOST, port });
  await proxy.open();
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await proxy.close();
  echo.close();
});

it('passes bytes both ways', async () => {
  const client = connect();
  client.say('hello');
  await eventually(() => expect(client.heard).toBe('hello'), WITHIN);
});

it('passes a large answer to a slow reader whole', async () => {
  const client = connect();
  const text = 'x'.repeat(8 * 2 ** 20);
  client.socket.pause();
  client.say(text);
  await eventually(() => expect(proxy.connections).toBe(1), WITHIN);
  client.socket.resume();
  await eventually(() => expect(client.heard.length).toBe(text.length), WITHIN);
});

it('refuses like a port at which nobody listens, and breaks what is open', async () => {
  const open = connect();
  open.say('hello');
  await eventually(() => expect(open.heard).toBe('hello'), WITHIN);
  await proxy.set({ kind: 'refuse' });
  const late = connect();
  await eventually(() => expect([open.failure, late.failure]).toEqual(['ECONNRESET', 'ECONNREFUSED']), WITHIN);
});

it('resets a new connection', async () => {
  await proxy.set({ kind: 'reset' });
  const client = connect();
  await eventually(() => expect(client.failure).toBe('ECONNRESET'), WITHIN);
});

it('accepts and is silent while it hangs, then lets the bytes through', async () => {
  await proxy.set({ kind: 'hang' });
  const client = connect();
  client.say('hello');
  await eventually(() => expect(proxy.connections).toBe(1), WITHIN);
  expect(client.heard).toBe('');
  await proxy.set({ kind: 'pass' });
  await eventually(() => expect(client.heard).toBe('hello'), WITHIN);
});

it('hangs connections that are open already', async () => {
  const client = connect();
  client.say('one');
  await eventually(() => expect(client.heard).toBe('one'), WITHIN);
  await proxy.set({ kind: 'hang' });
  client.say('two');
  // A second connection that is seen to be accepted shows that the proxy has had its turn.
  connect();
  await eventually(() => expect(proxy.connections).toBe(2), WITHIN);
  expect(client.heard).toBe('one');
});

it('passes late', async () => {
  await proxy.set({ kind: 'pass', delayMs: 100 });
  const client = connect();
  await once(client.socket, 'connect');
  const since = performance.now();
  client.say('hello');
  await eventually(() => expect(client.heard).toBe('hello'), { ...WITHIN, everyMs: 1 });
  // There and back; timers may fire a millisecond early.
  expect(performance.now() - since).toBeGreaterThan(195);
});

it('cuts one connection and leaves the other', async () => {
  const [one, other] = [connect(), connect()];
  await eventually(() => expect(proxy.connections).toBe(2), WITHIN);
  const port = one.socket.localPort;
  proxy.cut((clientPort) => clientPort === port);
  await eventually(() => expect(one.failure).toBe('ECONNRESET'), WITHIN);
  other.say('hello');
  await eventually(() => expect(other.heard).toBe('hello'), WITHIN);
});

it('passes on the end of a conversation', async () => {
  const client = connect();
  client.socket.end('bye');
  await once(client.socket, 'close');
  expect(client.heard).toBe('bye');
});
