import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listen } from '../../base/listen.ts';

/** `undefined`: fine; otherwise what is wrong, for the person who reads the probe's failure. */
export type Check = () => string | undefined;

export interface HealthOptions {
  /**
   * Only what a restart would mend, which an API server that is away is not. An event loop that hangs needs no check: it
   * does not answer the probe.
   */
  live: readonly Check[];
  ready: readonly Check[];
  /** All series in the text format of Prometheus. */
  renderMetrics(): Promise<{ contentType: string; body: string }>;
}

export interface HealthServer {
  /** Returns the port, which the system chooses for 0. */
  listen(host: string, port: number): Promise<number>;
  /** Ends open connections too. */
  close(): Promise<void>;
}

interface Answer {
  status: number;
  contentType: string;
  body: string;
}

export function createHealthServer(options: HealthOptions): HealthServer {
  const server = createServer((request, response) => {
    answerTo(request, options).then(
      (answer) => send(response, answer),
      () => send(response, text(500, 'metrics cannot be rendered')),
    );
  });
  // Probes and scrapes are small and quick; a client that is neither must not hold a connection.
  server.headersTimeout = 5_000;
  server.requestTimeout = 5_000;
  server.maxConnections = 64;
  return { listen: (host, port) => listen(server, host, port), close: () => close(server) };
}

/** Complains once `idleMs` says more than `limitMs`. */
export function idleCheck(what: string, idleMs: () => number, limitMs: number): Check {
  return () => (idleMs() > limitMs ? `${what} has done nothing for more than ${limitMs / 1000} s` : undefined);
}

async function answerTo({ method, url }: IncomingMessage, options: HealthOptions): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET is answered here');
  switch (url?.split('?', 1)[0]) {
    case '/healthz':
      return judged(options.live);
    case '/readyz':
      return judged(options.ready);
    case '/metrics':
      return { status: 200, ...(await options.renderMetrics()) };
    default:
      return text(404, 'here are /healthz, /readyz and /metrics');
  }
}

function judged(checks: readonly Check[]): Answer {
  const problems = checks.map((check) => check()).filter((problem) => problem !== undefined);
  return problems.length === 0 ? text(200, 'ok') : text(503, problems.join('\n'));
}

function text(status: number, line: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${line}\n` };
}

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  response.writeHead(status, { 'content-type': contentType, 'x-content-type-options': 'nosniff' });
  response.end(body);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
