import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Check, Health } from './health.ts';

export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface Answer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a server of a service has at hand. */
export interface Served {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: Registry;
  readonly log: Logger;
  /** For all other paths. */
  readonly handle: Handle;
}

/** Serves `/healthz`, `/readyz` and `/metrics`. Resolves when the server listens. */
export async function listen({ host, port, health, metrics, log, handle }: Served): Promise<Server> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      if (request.url === '/healthz') send(response, probe(health.liveness()));
      else if (request.url === '/readyz') send(response, probe(health.readiness()));
      else if (request.url === '/metrics') await sendMetrics(response, metrics);
      else await handle(request, response);
    } catch (error) {
      log.error(error, `cannot answer ${request.method} ${request.url}`);
      if (response.headersSent) response.destroy();
      else send(response, refusal(500, 'InternalError', 'the service failed; its log says why'));
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return server;
}

async function sendMetrics(response: ServerResponse, metrics: Registry): Promise<void> {
  const text = await metrics.metrics();
  response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
}

export function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** `error` is a stable code for programs, `message` a sentence for people. */
export function refusal(status: number, error: string, message: string, more: object = {}): Answer {
  return { status, body: { error, message, ...more } };
}

/** The whole body as text, or undefined if it is longer than `limitBytes`. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Without destroying the request: its connection still has to carry the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function probe({ ok, message }: Check): Answer {
  return { status: ok ? 200 : 503, body: { message } };
}
