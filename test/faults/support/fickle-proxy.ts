import net from 'node:net';
import type { Address } from '../../../dev/world/parts/proxy.ts';

/**
 * A TCP proxy that can abandon the connections that are open: they stay open and silent for good, as behind a firewall
 * that forgot them, while new ones pass. It can also hold new ones back.
 */
export class FickleProxy {
  readonly #to: Address;
  readonly #server: net.Server;
  readonly #open = new Set<net.Socket>();
  #abandoned = new Set<net.Socket>();
  /** Those that wait for `release`; absent: they pass. */
  #held: net.Socket[] | undefined;

  constructor(to: Address) {
    this.#to = to;
    this.#server = net.createServer((client) => this.#accept(client));
  }

  open(at: Address): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(at, () => resolve());
    });
  }

  close(): Promise<void> {
    for (const socket of [...this.#open, ...this.#abandoned, ...(this.#held ?? [])]) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Returns how many connections it was. */
  abandonOpen(): number {
    const clients = this.#open.size / 2;
    for (const socket of this.#open) socket.unpipe().pause();
    this.#abandoned = new Set([...this.#abandoned, ...this.#open]);
    this.#open.clear();
    return clients;
  }

  /** Breaks the connections that are open. */
  reset(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  /** From now on nothing passes: what is open goes silent, and new connections wait. */
  hold(): void {
    this.abandonOpen();
    this.#held = [];
  }

  /** Breaks what went silent, and lets those pass that wait and those that come. */
  release(): void {
    for (const socket of this.#abandoned) socket.resetAndDestroy();
    this.#abandoned.clear();
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const client of held) if (!client.destroyed) this.#join(client);
  }

  #accept(client: net.Socket): void {
    if (this.#held === undefined) {
      this.#join(client);
      return;
    }
    client.on('error', () => {});
    this.#held.push(client);
  }

  #join(client: net.Socket): void {
    const server = net.connect({ ...this.#to, noDelay: true });
    client.setNoDelay(true);
    client.pipe(server).pipe(client);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#open.delete(socket);
        // An abandoned client must not learn that the server gave up.
        if (!this.#abandoned.has(other)) other.destroy();
      });
    }
  }
}
