import net from 'node:net';

export interface Address {
  host: string;
  port: number;
}

/**
 * What happens to a connection:
 * `pass` forwards, optionally each chunk `delayMs` late; `refuse` is a port at which nobody listens; `reset` accepts and
 * breaks at once; `hang` keeps the connection open and lets no byte through, on connections that are open already too.
 */
export type ProxyMode = { kind: 'pass'; delayMs?: number } | { kind: 'refuse' } | { kind: 'reset' } | { kind: 'hang' };

interface Pair {
  client: net.Socket;
  server: net.Socket | undefined;
}

/** A TCP proxy for faults: `from` is where clients connect, `to` is the part behind it. */
export class FaultProxy {
  readonly from: Address;
  readonly to: Address;
  #mode: ProxyMode = { kind: 'pass' };
  #listener: net.Server | undefined;
  readonly #pairs = new Set<Pair>();

  constructor(from: Address, to: Address) {
    this.from = from;
    this.to = to;
  }

  get mode(): ProxyMode {
    return this.#mode;
  }

  /** How many connections are open on the clients' side. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Begins to pass. */
  async open(): Promise<void> {
    await this.set({ kind: 'pass' });
  }

  /** Switches what happens from now on. Open connections hang or pass on; for `refuse` and `reset` they break. */
  async set(mode: ProxyMode): Promise<void> {
    this.#mode = mode;
    if (mode.kind === 'refuse' || mode.kind === 'reset') this.cut();
    if (mode.kind === 'refuse') return this.#unlisten();
    await this.#listen();
    for (const pair of this.#pairs) this.#flow(pair);
  }

  /** Breaks connections with a reset: all, or those that `chosen` picks by the client's port. */
  cut(chosen: (clientPort: number | undefined) => boolean = () => true): void {
    for (const pair of [...this.#pairs]) {
      if (!chosen(pair.client.remotePort)) continue;
      pair.client.resetAndDestroy();
      pair.server?.destroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    await this.#unlisten();
  }

  #listen(): Promise<void> {
    if (this.#listener) return Promise.resolve();
    const listener = net.createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
    this.#listener = listener;
    return new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(this.from, () => resolve());
    });
  }

  #unlisten(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    return listener ? new Promise((resolve) => listener.close(() => resolve())) : Promise.resolve();
  }

  #accept(client: net.Socket): void {
    client.on('error', () => {});
    if (this.#mode.kind === 'reset') {
      client.resetAndDestroy();
      return;
    }
    client.setNoDelay(true);
    const pair: Pair = { client, server: undefined };
    this.#pairs.add(pair);
    client.once('close', () => {
      this.#pairs.delete(pair);
      pair.server?.destroy();
    });
    this.#flow(pair);
  }

  /** Brings one connection in line with the mode. */
  #flow(pair: Pair): void {
    if (this.#mode.kind === 'hang') {
      pair.client.pause();
      pair.server?.pause();
      return;
    }
    pair.server ??= this.#connect(pair.client);
    pair.client.resume();
    pair.server.resume();
  }

  #connect(client: net.Socket): net.Socket {
    const server = net.connect({ ...this.to, noDelay: true, allowHalfOpen: true });
    // A part that cannot be reached behind the proxy is not reached through it either.
    server.once('error', () => client.resetAndDestroy());
    server.once('close', () => client.destroy());
    this.#carry(client, server);
    this.#carry(server, client);
    return server;
  }

  #carry(from: net.Socket, to: net.Socket): void {
    from.on('data', (chunk) => this.#later(() => this.#write(from, to, chunk)));
    from.on('end', () => this.#later(() => to.end()));
  }

  #write(from: net.Socket, to: net.Socket, chunk: Buffer): void {
    if (to.destroyed || to.write(chunk)) return;
    from.pause();
    to.once('drain', () => {
      if (this.#mode.kind !== 'hang') from.resume();
    });
  }

  #later(run: () => void): void {
    const delayMs = this.#mode.kind === 'pass' ? (this.#mode.delayMs ?? 0) : 0;
    if (delayMs === 0) run();
    else setTimeout(run, delayMs);
  }
}
