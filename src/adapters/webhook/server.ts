import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { listen } from '../../base/listen.ts';
import { textOfError } from '../../base/text.ts';
import type { Log } from '../../ports/log.ts';
import type { ServerIdentity } from './rotation.ts';

/** What is said to what was posted, or what is wrong with it. */
export type ReviewAnswer = { ok: true; body: object } | { ok: false; problem: string };

type Review = (text: string) => Promise<ReviewAnswer>;

export interface WebhookServerParts {
  review: Review;
  log: Log;
}

export interface WebhookServer {
  /** Returns the port, which the system chooses for 0. Nobody is served before the first certificate. */
  listen(host: string, port: number): Promise<number>;
  /** Connections that are made from now on get this certificate; what cannot be used is left. */
  use(identity: Pick<ServerIdentity, 'certificate' | 'key'>): void;
  /** Whether there is a certificate. */
  serves(): boolean;
  /** What is being answered is answered first. */
  close(): Promise<void>;
}

/** An object has at most 1.5 MiB, and a review of a change holds two, as text in JSON. */
const mostBytes = 8 * 1024 * 1024;

/** Longer than an answer takes. */
const closeWithinMs = 5_000;

/** `POST /validate` over TLS, as the API server asks. */
export function createWebhookServer({ review, log }: WebhookServerParts): WebhookServer {
  let serves = false;
  let isClosing = false;
  const server = createServer({ minVersion: 'TLSv1.2', handshakeTimeout: 5_000 }, (request, response) => {
    // Otherwise the API server would go on using the connection, and closing wait for that.
    if (isClosing) response.shouldKeepAlive = false;
    answerTo(request, review).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        log.error('a review failed', { error: textOfError(error) });
        send(response, text(500, 'the review failed; the log of the operator says why'));
      },
    );
  });
  // Whoever is slower than the API server waits for does not hold a connection either.
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  server.on('error', (error) => log.error('the webhook failed', { error: textOfError(error) }));
  // The API server keeps connections for 90 s: one that closes first closes under a request that is on its way.
  server.keepAliveTimeout = 300_000;
  server.maxConnections = 256;
  return {
    listen: (host, port) => listen(server, host, port),
    use({ certificate, key }) {
      try {
        server.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' });
        serves = true;
      } catch (error) {
        log.error('cannot use the certificate of the webhook', { error: textOfError(error) });
      }
    },
    serves: () => serves,
    close() {
      isClosing = true;
      const gone = new Promise<void>((resolve) => void server.close(() => resolve()));
      setTimeout(() => server.closeAllConnections(), closeWithinMs).unref();
      return gone;
    },
  };
}

interface Answer {
  status: number;
  contentType: string;
  body: string;
}

async function answerTo(request: IncomingMessage, review: Review): Promise<Answer> {
  if (request.url?.split('?', 1)[0] !== '/validate') return text(404, 'here is /validate');
  if (request.method !== 'POST') return text(405, 'only POST is answered here');
  const body = await bodyOf(request);
  if (body === undefined) return text(413, `a review has at most ${mostBytes} bytes`);
  const answer = await review(body);
  if (!answer.ok) return text(400, answer.problem);
  return { status: 200, contentType: 'application/json', body: JSON.stringify(answer.body) };
}

/** `undefined`: it is too long; the rest is not waited for. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function text(status: number, line: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${line}\n` };
}

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  const headers = { 'content-type': contentType, 'x-content-type-options': 'nosniff' };
  // What is left of a request that is too long would be read as the next one.
  response.writeHead(status, status === 413 ? { ...headers, connection: 'close' } : headers);
  response.end(body);
}
