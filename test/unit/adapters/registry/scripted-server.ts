import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What the server does with one request: a status with a JSON body, or anything at all. */
export type Reply = readonly [status: number, json: unknown] | ((response: ServerResponse) => void);

export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export interface ScriptedServer {
  url: string;
  host: string;
  /** Requests in the order of their arrival. */
  seen: Seen[];
  close(): Promise<void>;
}

/** Replies by `METHOD /path`, the query left away; a request without an entry gets `otherwise`. */
export type Script = Readonly<Record<string, Reply>>;

/** As an application server answers for a path that it does not serve. */
const noRoute: Reply = (response) => response.writeHead(404).end();

/** An HTTP server on loopback that plays a registry from a script. */
export async function startScriptedServer(script: Script, otherwise: Reply = noRoute): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request;
    const sent = await readText(request);
    // Who leaves in the middle of a request has not asked, and is nobody's failure.
    if (sent === undefined) return;
    seen.push({ method, path: url, headers, body: sent === '' ? undefined : JSON.parse(sent) });
    play(script[`${method} ${url.split('?')[0]}`] ?? otherwise, response);
  };
  const server = createServer((request, response) => void answer(request, response));
  // Otherwise a connection that was idle for some seconds could end under the next request.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    seen,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function play(reply: Reply, response: ServerResponse): void {
  if (typeof reply === 'function') return void reply(response);
  const [status, json] = reply;
  response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(json));
}

async function readText(request: IncomingMessage): Promise<string | undefined> {
  try {
    return await text(request);
  } catch (error) {
    if (request.complete) throw error;
    return undefined;
  }
}
