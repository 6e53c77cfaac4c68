import { Pool } from 'undici';
import { parseJson } from '../../base/json.ts';
import { withDeadline } from '../../base/time.ts';
import type { RegistrySecurity } from '../../ports/registry.ts';
import { systemClock as clock } from '../system-clock.ts';
import { type Answer, tidyText } from './answers.ts';
import { cancelled, type Errand, faultOfConnection } from './faults.ts';
import { fenceRequests } from './fence.ts';
import { Gate } from './gate.ts';
import type { RegistrySettings } from './settings.ts';

export interface RegistryRequest {
  /** What the request is for, as in `Errand`. */
  doing: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the registry's URL, encoded. */
  path: string;
  body?: unknown;
  /** Whether it changes something and has to pass the fence. */
  writes?: boolean;
}

/** HTTP to one registry. */
export interface Transport {
  readonly host: string;
  /** Gives any complete answer, whatever its status; throws Fault when there is none. */
  send(request: RegistryRequest, signal: AbortSignal): Promise<Answer>;
  /** Holds for the requests that are sent from now on; those under way are answered as they were asked. */
  secure(security: RegistrySecurity | undefined): void;
  /** Resolves when the requests under way are done; later ones fail. A second call does nothing. */
  close(): Promise<void>;
}

const schemaJson = 'application/vnd.schemaregistry.v1+json';
const maxRetryAfterMs = 3_600_000;

/** The failure of a request that took longer than it may. */
class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
  readonly code = 'DEADLINE';
}

export function createTransport(url: URL, settings: RegistrySettings, security?: RegistrySecurity): Transport {
  let secured = security;
  let pool = createPool(url, settings, security?.ca);
  const fence = fenceRequests(settings.fence);
  const basePath = url.pathname.replace(/\/+$/, '');
  const gate = new Gate(settings.maxConnections);

  async function exchange(request: RegistryRequest, signal: AbortSignal): Promise<Answer> {
    const response = await (request.writes ? pool.compose(fence) : pool).request({
      method: request.method,
      path: `${basePath}${request.path}`,
      headers: { ...clientHeaders, ...loginHeaders(secured), ...contentHeaders(request) },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal,
    });
    return toAnswer(response.statusCode, response.headers, await response.body.text());
  }

  async function exchangeInTurn(request: RegistryRequest, signal: AbortSignal): Promise<Answer> {
    await gate.enter(signal);
    try {
      const deadline = { clock, ms: settings.callTimeoutMs, late: () => new DeadlinePassed(), signal };
      return await withDeadline(deadline, (limited) => exchange(request, limited));
    } catch (error) {
      // Otherwise each request in the queue would wait the whole time for a silent registry, one after the other.
      if (error instanceof DeadlinePassed) gate.turnAway(error);
      throw error;
    } finally {
      gate.leave();
    }
  }

  return {
    host: url.host,
    send: (request, signal) =>
      exchangeInTurn(request, signal).catch((error: unknown) => {
        const errand: Errand = { doing: request.doing, host: url.host };
        if (signal.aborted) throw cancelled(errand);
        throw faultOfConnection(errand, error, settings.callTimeoutMs);
      }),
    secure(next) {
      if (next?.ca !== secured?.ca) {
        pool.close().catch(() => {});
        pool = createPool(url, settings, next?.ca);
      }
      secured = next;
    },
    close: async () => {
      if (!pool.closed && !pool.destroyed) await pool.close();
    },
  };
}

function createPool(url: URL, settings: RegistrySettings, ca: string | undefined): Pool {
  return new Pool(url.origin, {
    connections: settings.maxConnections,
    connect: { timeout: settings.callTimeoutMs, ...(ca !== undefined && { ca }) },
    // The request's own deadline covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: settings.maxAnswerBytes,
    allowH2: false,
  });
}

const clientHeaders = { accept: `${schemaJson}, application/json`, 'user-agent': 'sluice' };

function loginHeaders(security: RegistrySecurity | undefined): Record<string, string> {
  const login = security?.login;
  if (login === undefined) return {};
  if ('token' in login) return { authorization: `Bearer ${login.token}` };
  const pair = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

function contentHeaders(request: RegistryRequest): Record<string, string> {
  return request.body === undefined ? {} : { 'content-type': schemaJson };
}

type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

export function toAnswer(status: number, headers: AnswerHeaders, text: string): Answer {
  const json = parseJson(text);
  const retryAfterMs = readRetryAfter(first(headers['retry-after']));
  return { status, json, came: describeBody(text, first(headers['content-type']), json), retryAfterMs };
}

function describeBody(text: string, contentType: string | undefined, json: unknown): string {
  if (text === '') return 'an empty body';
  if (json !== undefined) return 'JSON';
  const type = tidyText(contentType?.split(';')[0] ?? '');
  return type.includes('json') ? 'broken JSON' : `${type || 'a body'} instead of JSON`;
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function readRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const afterMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(afterMs) ? undefined : Math.min(Math.max(afterMs, 0), maxRetryAfterMs);
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
