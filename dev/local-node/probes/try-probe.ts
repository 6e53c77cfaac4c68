import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Container, HttpGet, Probe } from '../pod.ts';

export type ProbeResult = { passed: true } | { passed: false; message: string };

export interface ProbeTarget {
  podIP: string;
  container: Container;
  /** Runs a command beside the container; resolves to its exit code. Must end when `signal` aborts. */
  exec(command: readonly string[], signal: AbortSignal): Promise<number | undefined>;
}

const PASSED: ProbeResult = { passed: true };

/** One try, cut short when `signal` aborts. Never throws: whatever goes wrong is a failure that says what went wrong. */
export async function tryProbe(
  probe: Probe,
  target: ProbeTarget,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await tryOnce(probe, target, AbortSignal.any([deadline, signal]));
  } catch (error) {
    if (deadline.aborted) return { passed: false, message: `no answer within ${timeoutMs} ms` };
    return { passed: false, message: error instanceof Error ? error.message : String(error) };
  }
}

function tryOnce(probe: Probe, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  if (probe.httpGet) return tryHttp(probe.httpGet, target, signal);
  if (probe.tcpSocket) {
    const port = portNumber(probe.tcpSocket.port, target.container);
    return tryTcp(probe.tcpSocket.host ?? target.podIP, port, signal);
  }
  return tryExec(probe.exec?.command ?? [], target, signal);
}

/** A port by number or by its name in the container. */
function portNumber(port: number | string, container: Container): number {
  const named = container.ports?.find((candidate) => candidate.name === port)?.containerPort;
  const number = named ?? Number(port);
  if (Number.isNaN(number)) throw new Error(`container "${container.name}" has no port named "${port}"`);
  return number;
}

/** Passed by any status from 200 to 399; redirects are not followed, certificates not checked. */
function tryHttp(get: HttpGet, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  const options: https.RequestOptions = {
    host: get.host ?? target.podIP,
    port: portNumber(get.port, target.container),
    path: get.path ?? '/',
    headers: Object.fromEntries((get.httpHeaders ?? []).map(({ name, value }) => [name, value])),
    agent: false,
    rejectUnauthorized: false,
    signal,
  };
  const { promise, resolve, reject } = Promise.withResolvers<ProbeResult>();
  const request = (get.scheme === 'HTTPS' ? https : http).request(options, (response) => {
    const status = response.statusCode ?? 0;
    response.destroy();
    resolve(status >= 200 && status < 400 ? PASSED : { passed: false, message: `HTTP status ${status}` });
  });
  request.on('error', reject);
  request.end();
  return promise;
}

function tryTcp(host: string, port: number, signal: AbortSignal): Promise<ProbeResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ProbeResult>();
  const socket = net.connect({ host, port, signal });
  socket.on('error', reject);
  socket.on('connect', () => {
    socket.destroy();
    resolve(PASSED);
  });
  return promise;
}

async function tryExec(command: readonly string[], target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  const code = await target.exec(command, signal);
  signal.throwIfAborted();
  return code === 0 ? PASSED : { passed: false, message: `command ended with code ${code ?? 'none'}` };
}
