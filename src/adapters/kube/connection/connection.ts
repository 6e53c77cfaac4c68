import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../../../ports/clock.ts';
import { faultOfError } from '../faults.ts';
import type { KubeSettings } from '../settings.ts';

export { loadKubeConfig } from './kube-config.ts';

/** Where and how to call the API server right now. */
export interface Endpoint {
  origin: string;
  /** What stands before `/api` and `/apis`, without a slash at its end; empty for a plain API server. */
  basePath: string;
  /** Authorization and impersonation. Secret: never logged. */
  headers: Readonly<Record<string, string>>;
  calls: Dispatcher;
  watches: Dispatcher;
}

interface Agents {
  /** Hash of the TLS settings that the agents were made with. */
  tls: string;
  calls: Agent;
  watches: Agent;
}

/**
 * One API server: its address, credentials that follow their files, and the connections, which are shared by all
 * clients and replaced only when a certificate or key changes.
 */
export class KubeConnection {
  readonly #config: KubeConfig;
  readonly #clock: Clock;
  readonly #settings: KubeSettings;
  #agents: Agents | undefined;
  #known: { endpoint: Endpoint; atMs: number } | undefined;
  #reading: Promise<Endpoint> | undefined;

  constructor(config: KubeConfig, clock: Clock, settings: KubeSettings) {
    this.#config = config;
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Throws Fault `unavailable` when the kubeconfig, a file of it or its plugin gives no usable credentials. */
  async endpoint(): Promise<Endpoint> {
    const known = this.#known;
    if (known && this.#clock.monotonicMs() - known.atMs < this.#settings.credentialsMaxAgeMs) return known.endpoint;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Cuts all connections. */
  async close(): Promise<void> {
    const agents = this.#agents;
    await Promise.all([agents?.calls.destroy(), agents?.watches.destroy()]);
  }

  async #read(): Promise<Endpoint> {
    try {
      const cluster = this.#config.getCurrentCluster();
      if (cluster === null) throw new Error('the kubeconfig has no current cluster');
      if (cluster.proxyUrl) throw new Error('proxy-url in a kubeconfig is not supported');
      const options: RequestOptions = {};
      await this.#config.applyToHTTPSOptions(options);
      const { origin, pathname } = new URL(cluster.server);
      const { calls, watches } = this.#agentsFor(options);
      const headers = { ...textHeaders(options), ...(await this.#tokenFromFile()) };
      const endpoint = { origin, basePath: pathname.replace(/\/+$/, ''), headers, calls, watches };
      this.#known = { endpoint, atMs: this.#clock.monotonicMs() };
      return endpoint;
    } catch (error) {
      throw faultOfError('cannot prepare the connection to the API server', error);
    }
  }

  /** The library reads a token file only every 60 seconds, which is too late for a token that was just revoked. */
  async #tokenFromFile(): Promise<Record<string, string>> {
    const file: unknown = this.#config.getCurrentUser()?.authProvider?.config?.tokenFile;
    if (typeof file !== 'string') return {};
    return { authorization: `Bearer ${(await readFile(file, 'utf8')).trim()}` };
  }

  #agentsFor({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): Agents {
    const given = { ca, cert, key, servername, rejectUnauthorized };
    const tls = createHash('sha256').update(JSON.stringify(given)).digest('hex');
    if (this.#agents?.tls === tls) return this.#agents;
    const { callDeadlineMs, connections, maxResponseBytes } = this.#settings;
    const connect = { ...withoutUndefined(given), timeout: callDeadlineMs, keepAlive: true };
    // The API server closes idle connections after 90 s; closing them first avoids sending into a closing one.
    const common = { allowH2: false, connect, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 60_000 };
    // Calls and watches that use the former agents may end in peace.
    void Promise.allSettled([this.#agents?.calls.close(), this.#agents?.watches.close()]);
    this.#agents = {
      tls,
      calls: new Agent({ ...common, connections, maxResponseSize: maxResponseBytes }),
      watches: new Agent(common),
    };
    return this.#agents;
  }
}

function withoutUndefined<T extends object>(given: T): { [K in keyof T]?: NonNullable<T[K]> } {
  // Object.fromEntries forgets the keys' names; dropping undefined values changes nothing else.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

function textHeaders({ headers }: RequestOptions): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (typeof value === 'string') texts[name.toLowerCase()] = value.trim();
  }
  return texts;
}
