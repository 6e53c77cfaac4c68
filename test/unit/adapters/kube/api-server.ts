import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { json as readJson } from 'node:stream/consumers';

export interface Seen {
  /** `GET`, `POST`, `PATCH`, `DELETE`, or `WATCH` for a GET that asks for a watch. */
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  headers: IncomingHttpHeaders;
  body: unknown;
}

export type Answer = (response: ServerResponse, request: Seen) => void;

export interface OpenWatch {
  from: string | undefined;
  query: Readonly<Record<string, string>>;
  closed: boolean;
  send(type: string, object: unknown): void;
  sendRaw(text: string): void;
  end(): void;
  reset(): void;
}

export interface Identity {
  certificate: string;
  key: string;
}

/**
 * The far end of the wire, scripted by a test: each request takes the next answer of its route, the last one again and
 * again. A watch without a script opens and is then in the test's hands.
 */
export class ScriptedApiServer {
  readonly seen: Seen[] = [];
  readonly watches: OpenWatch[] = [];
  connections = 0;
  readonly #answers = new Map<string, Answer[]>();
  readonly #server: Server | TlsServer;
  readonly #sockets = new Set<Socket>();
  readonly #scheme: string;

  constructor(identity?: Identity) {
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    this.#scheme = identity === undefined ? 'http' : 'https';
    this.#server =
      identity === undefined
        ? createServer(serve)
        : createTlsServer({ cert: identity.certificate, key: identity.key }, serve);
    // Otherwise a connection that was idle for some seconds could end under the next request.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** `route` is a method and a path: `PATCH /api/v1/namespaces/a/configmaps/b`. */
  on(route: string, ...answers: readonly Answer[]): this {
    this.#answers.set(route, [...answers]);
    return this;
  }

  requests(route: string): readonly Seen[] {
    return this.seen.filter(({ method, path }) => `${method} ${path}` === route);
  }

  /** Comes back at the same address as somebody else. */
  identifyAs({ certificate, key }: Identity): void {
    if (!(this.#server instanceof TlsServer)) throw new Error('this server speaks no TLS');
    this.#server.setSecureContext({ cert: certificate, key });
    this.cutConnections();
  }

  cutConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://any');
    const query = Object.fromEntries(url.searchParams);
    const method = query.watch === undefined ? (request.method ?? '') : 'WATCH';
    const hasBody = request.headers['content-length'] !== undefined && request.headers['content-length'] !== '0';
    const body = hasBody ? await bodyOf(request) : undefined;
    if (hasBody && !request.complete) return;
    const seen = { method, path: url.pathname, query, headers: request.headers, body };
    this.seen.push(seen);
    const answers = this.#answers.get(`${method} ${url.pathname}`);
    const answer = answers !== undefined && answers.length > 1 ? answers.shift() : answers?.[0];
    if (answer !== undefined) answer(response, seen);
    else if (method === 'WATCH') this.#openWatch(response, query);
    else refuse(404, 'no such route in this script')(response, seen);
  }

  #openWatch(response: ServerResponse, query: Readonly<Record<string, string>>): void {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    const watch: OpenWatch = {
      from: query.resourceVersion,
      query,
      closed: false,
      send: (type, object) => void response.write(`${JSON.stringify({ type, object })}\n`),
      sendRaw: (text) => void response.write(text),
      end: () => void response.end(),
      reset: () => void response.socket?.resetAndDestroy(),
    };
    response.on('close', () => {
      watch.closed = true;
    });
    this.watches.push(watch);
  }
}

/** A client that leaves in the middle of its request, at the end of a test for instance, is nobody's failure. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  try {
    return await readJson(request);
  } catch (error) {
    if (request.complete) throw error;
    return undefined;
  }
}

export function answer(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };
}

export function refuse(code: number, message: string, headers: Record<string, string> = {}): Answer {
  return answer({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }, code, headers);
}

export const reset: Answer = (response) => void response.socket?.resetAndDestroy();

/** Takes the request and never answers. */
export const silence: Answer = () => undefined;

export function page(items: readonly unknown[], resourceVersion: string, next?: string): Answer {
  return answer({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion, continue: next ?? '' }, items });
}
