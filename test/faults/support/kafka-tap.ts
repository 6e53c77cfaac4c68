import net from 'node:net';
import type { Address } from '../../../dev/world/parts/proxy.ts';

/** Numbers of the requests that change topics. */
export const Api = { CreateTopics: 19, DeleteTopics: 20, CreatePartitions: 37, IncrementalAlterConfigs: 44 } as const;

const changing: ReadonlySet<number> = new Set(Object.values(Api));
/** These may ask for a judgement only; the flag is their last field but for the empty list of tags. */
const judgeable: ReadonlySet<number> = new Set([Api.CreateTopics, Api.CreatePartitions, Api.IncrementalAlterConfigs]);

/** One request of a client. */
export interface KafkaRequest {
  api: number;
  /** Whether it changes topics, and is not only to be judged. */
  changes: boolean;
  clientId: string;
  /** When it passed here, as Date.now() counts. */
  atMs: number;
}

/** What becomes of a request: it passes, it never arrives, or it arrives and its answer does not. */
export type Fate = 'pass' | 'loseRequest' | 'loseAnswer';

export interface Listener {
  /** Decides about a request before it passes. */
  request?(request: KafkaRequest): Fate;
  /** A request has been answered by the broker, whether or not the client gets to know. */
  answered?(request: KafkaRequest): void;
}

/**
 * Stands in front of a broker, at the address that the broker gives to its clients, and reads what passes. After a
 * request or an answer was lost, its connection stays silent: a broker answers in order.
 */
export class KafkaTap {
  readonly #to: Address;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  /** Every request that changes topics, in the order of arrival, lost ones included. */
  readonly changes: KafkaRequest[] = [];
  listener: Listener = {};

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
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: net.Socket): void {
    const broker = net.connect({ ...this.#to, noDelay: true });
    const waiting = new Map<number, KafkaRequest>();
    let silent = false;

    const fromClient = (frame: Buffer) => {
      const request = requestOf(frame);
      if (request.changes) this.changes.push(request);
      const fate = this.listener.request?.(request) ?? 'pass';
      silent ||= fate !== 'pass';
      if (fate === 'loseRequest') return;
      waiting.set(frame.readInt32BE(8), request);
      broker.write(frame);
    };
    const fromBroker = (frame: Buffer) => {
      const request = waiting.get(frame.readInt32BE(4));
      waiting.delete(frame.readInt32BE(4));
      if (!silent) client.write(frame);
      if (request) this.listener.answered?.(request);
    };

    client.setNoDelay(true);
    client.on('data', frames(fromClient)).on('end', () => broker.end());
    broker.on('data', frames(fromBroker)).on('close', () => client.destroy());
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.on('error', () => client.destroy()).on('close', () => this.#sockets.delete(socket));
    }
  }
}

/** Cuts a stream into its frames: each begins with its length, 4 bytes that do not count themselves. */
function frames(take: (frame: Buffer) => void): (chunk: Buffer) => void {
  let held = Buffer.alloc(0);
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
      const end = 4 + held.readInt32BE(0);
      take(held.subarray(0, end));
      held = held.subarray(end);
    }
  };
}

/** Length, api, version, correlation id, client id: the header that all versions begin with. */
function requestOf(frame: Buffer): KafkaRequest {
  const nameEnd = 14 + Math.max(0, frame.readInt16BE(12));
  const api = frame.readInt16BE(4);
  const changes = changing.has(api) && !(judgeable.has(api) && frame.at(-2) === 1);
  return { api, changes, clientId: frame.toString('utf8', 14, nameEnd), atMs: Date.now() };
}
