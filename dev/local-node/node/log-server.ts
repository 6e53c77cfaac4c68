import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCertificates } from '../../world/parts/certificates.ts';

/** The port on which a node serves logs by convention. */
export const LOG_PORT = 10_250;

const LOOK_AGAIN_MS = 200;
const CHUNK_BYTES = 64 * 1024;
/** How far back the last lines are looked for. */
const TAIL_BYTES = 1024 * 1024;
const LINE_END = 0x0a;
/** What the names of namespaces, pods and containers are made of; it keeps requests inside the folder. */
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

export interface LogServerOptions {
  host: string;
  port: number;
  /** Holds `pods/<namespace>_<pod>/<container>.log`. */
  folder: string;
  /** Whether a pod's logs can still grow. */
  isRunning(namespace: string, pod: string): boolean;
}

interface LogRequest {
  file: string;
  follow: boolean;
  tailLines: number | undefined;
  isRunning(): boolean;
}

/** Serves `kubectl logs`, which the API server passes on. Nobody is asked who they are: all are on this machine. */
export async function startLogServer(options: LogServerOptions): Promise<https.Server> {
  const { certificate: cert, key } = createCertificates([options.host]).server;
  const server = https.createServer({ cert, key }, ({ url = '/' }, response) => {
    const wanted = parseRequest(new URL(url, 'https://node'), options);
    if (wanted === undefined)
      response.writeHead(404).end('the local node serves logs of containers, and only those of now');
    else void sendLog(wanted, response);
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return server;
}

/** `/containerLogs/<namespace>/<pod>/<container>`, with `follow` and `tailLines`. Undefined: something else. */
function parseRequest({ pathname, searchParams }: URL, options: LogServerOptions): LogRequest | undefined {
  const [, what, ...names] = pathname.split('/');
  const [namespace = '', pod = '', container = ''] = names;
  const valid = what === 'containerLogs' && names.length === 3 && names.every((name) => NAME.test(name));
  if (!valid || searchParams.get('previous') === 'true') return undefined;
  const tailLines = searchParams.get('tailLines');
  return {
    file: path.join(options.folder, 'pods', `${namespace}_${pod}`, `${container}.log`),
    follow: searchParams.get('follow') === 'true',
    tailLines: tailLines === null ? undefined : Number(tailLines),
    isRunning: () => options.isRunning(namespace, pod),
  };
}

async function sendLog(wanted: LogRequest, response: ServerResponse): Promise<void> {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  try {
    await using file = await open(wanted.file);
    response.writeHead(200, { 'content-type': 'text/plain' });
    // The API server passes nothing on before it has the head of the answer.
    response.flushHeaders();
    await copyLog(file, wanted, response, closed.signal);
    response.end();
  } catch (error) {
    // The reader went away, or there is no such log.
    if (response.headersSent) response.destroy();
    else response.writeHead(404).end(String(error));
  }
}

async function copyLog(file: FileHandle, wanted: LogRequest, response: ServerResponse, signal: AbortSignal) {
  const { follow, tailLines } = wanted;
  let position = tailLines === undefined ? 0 : await startOfLastLines(file, tailLines);
  for (;;) {
    // Asked before reading, so that what a process wrote last is read.
    const grows = follow && wanted.isRunning();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    position += bytesRead;
    if (bytesRead > 0 && !response.write(buffer.subarray(0, bytesRead))) await once(response, 'drain', { signal });
    if (bytesRead === 0 && !grows) return;
    if (bytesRead === 0) await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
}

async function startOfLastLines(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat();
  const from = Math.max(0, size - TAIL_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
  // The end of the last line ends it and begins none.
  let before = bytesRead - 1;
  for (let found = 0; found < lines && before >= 0; found++) {
    // A negative start would count from the end.
    before = before === 0 ? -1 : buffer.lastIndexOf(LINE_END, before - 1);
  }
  return from + before + 1;
}
