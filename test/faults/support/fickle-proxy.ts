import net from 'node:net';
import type { Address } from '../../../dev/world/proxy.ts';

/**
 * A TCP proxy that can abandon the connections that are open: they stay open and silent for good, as behind a firewall
 * that forgot them, while new ones pass.
 */
export class FickleProxy {
  readonly #server: net.Server;
  readonly #open = new Set<net.Socket>();
  #abandoned = new Set<net.Socket>();

  constructor(to: Address) {
    this.#server = net.createServer((client) => this.#join(client, net.connect({ ...to, noDelay: true })));
  }

  open(at: Address): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(at, () => resolve());
    });
  }

  close(): Promise<void> {
    for (const socket of [...this.#open, ...this.#abandoned]) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Answers how many connections it was. */
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

  #join(client: net.Socket, server: net.Socket): void {
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
