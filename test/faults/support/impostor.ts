import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What it does with a request instead of passing it on. */
export type Lie = (response: ServerResponse) => void;

/** Stands where a registry should be: tells the truth by asking the real one, or lies. */
export interface Impostor {
  /** The same path as the real one's. */
  url: string;
  /** `host:port`. */
  host: string;
  /** How often it lied. */
  readonly lies: number;
  tell(lie: Lie | 'the truth'): void;
  close(): Promise<void>;
}

export async function startImpostor(realUrl: string, address: string): Promise<Impostor> {
  const real = new URL(realUrl);
  let lie: Lie | 'the truth' = 'the truth';
  let lies = 0;
  const server = createServer((question, response) => {
    if (lie === 'the truth') {
      passOn(real, question, response).catch(() => response.destroy());
      return;
    }
    lies += 1;
    question.resume();
    lie(response);
  });
  server.listen(0, address);
  await once(server, 'listening');
  const host = `${address}:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}${real.pathname}`,
    host,
    get lies() {
      return lies;
    },
    tell: (next) => {
      lie = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function passOn(real: URL, question: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/', headers } = question;
  const body = await buffer(question);
  const answer = await fetch(new URL(url, real), {
    method,
    headers: { accept: headers.accept ?? '*/*', 'content-type': headers['content-type'] ?? 'application/json' },
    ...(body.length > 0 && { body }),
  });
  const type = answer.headers.get('content-type');
  response.writeHead(answer.status, type === null ? {} : { 'content-type': type });
  response.end(Buffer.from(await answer.arrayBuffer()));
}
