import { KubeConfig } from '@kubernetes/client-node';
import { onTestFinished } from 'vitest';
import { KubeClient } from '../../../../src/adapters/kube/client/client.ts';
import { KubeConnection } from '../../../../src/adapters/kube/connection/connection.ts';
import { defaultKubeSettings, type KubeSettings } from '../../../../src/adapters/kube/settings.ts';
import { systemClock } from '../../../../src/adapters/system-clock.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { KubeObject, ObjectMeta } from '../../../../src/ports/kube.ts';
import type { Log, LogFields } from '../../../../src/ports/log.ts';
import type { Labels, Metrics } from '../../../../src/ports/metrics.ts';
import { type Identity, ScriptedApiServer } from './api-server.ts';

/** How long a test waits for what has to come: far longer than it takes, because the machine may be busy. */
export const soon = { within: 30_000, everyMs: 5 };

/** ConfigMap and Secret data, for kinds whose content does not matter. */
export interface Thing extends KubeObject {
  data?: Record<string, string>;
  status?: Record<string, string>;
}

export class CollectedLog implements Log {
  readonly lines: { level: string; message: string; fields: LogFields | undefined }[] = [];
  debug = (message: string, fields?: LogFields) => void this.lines.push({ level: 'debug', message, fields });
  info = (message: string, fields?: LogFields) => void this.lines.push({ level: 'info', message, fields });
  warn = (message: string, fields?: LogFields) => void this.lines.push({ level: 'warn', message, fields });
  error = (message: string, fields?: LogFields) => void this.lines.push({ level: 'error', message, fields });
  child = () => this;
}

/** Remembers each addition and observation by the name of its series. */
export class CollectedMetrics implements Metrics {
  readonly values: { name: string; value: number; labels: Labels }[] = [];

  counter(name: string) {
    return { add: (labels: Labels = {}, by = 1) => void this.values.push({ name, value: by, labels }) };
  }

  gauge(name: string) {
    return {
      set: (value: number, labels: Labels = {}) => void this.values.push({ name, value, labels }),
      remove: () => undefined,
    };
  }

  histogram(name: string) {
    return { observe: (value: number, labels: Labels = {}) => void this.values.push({ name, value, labels }) };
  }
}

export async function startServer(identity?: Identity): Promise<ScriptedApiServer> {
  const server = await new ScriptedApiServer(identity).listen();
  onTestFinished(() => server.close());
  return server;
}

export function kubeConfigFor(server: string, user: Record<string, unknown> = {}, cluster: object = {}): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'scripted', server, skipTLSVerify: true, ...cluster },
    { name: 'somebody', ...user },
  );
  return config;
}

export interface ClientOptions {
  settings?: Partial<KubeSettings>;
  fence?: () => boolean;
  config?: KubeConfig;
  /** By which calls are late; the machine's own if absent, which no call of a test should ever be late by. */
  clock?: Clock;
}

export function clientFor(server: { url: string }, options: ClientOptions = {}) {
  const { settings = {}, fence = () => true, config, clock = systemClock } = options;
  const parts = {
    clock,
    metrics: new CollectedMetrics(),
    settings: { ...defaultKubeSettings, callDeadlineMs: 30_000, ...settings },
  };
  const connection = new KubeConnection(config ?? kubeConfigFor(server.url), parts.clock, parts.settings);
  onTestFinished(() => connection.close());
  return { ...parts, connection, client: new KubeClient({ ...parts, connection, fence }) };
}

/** A signal that aborts when the test ends, so that nothing of it runs on. */
export function testSignal(): AbortSignal {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  return controller.signal;
}

export function thing(name: string, version: number, more: Partial<ObjectMeta> & Pick<Thing, 'data'> = {}): Thing {
  const { data, ...metadata } = more;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      resourceVersion: String(version),
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    ...(data && { data }),
  };
}
