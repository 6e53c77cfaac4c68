import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import type { Nursery } from '../../setup/processes.mjs';
import { java } from './java.ts';
import { Part } from './part.ts';
import { FaultProxy } from './proxy.ts';

const PORT = 8080;
const CONFLUENT_API = '/apis/ccompat/v7';
const START_WITHIN_MS = 90_000;

export interface RegistryPlan {
  /** Folder of the registry's distribution. */
  distribution: string;
  logs: string;
  host: string;
  proxyHost: string;
}

/** The schema registry. It keeps its content in memory: a restart empties it. */
export interface SchemaRegistry {
  /** Of the Confluent API. */
  url: string;
  /** The same through `proxy`. */
  urlThroughProxy: string;
  part: Part;
  proxy: FaultProxy;
}

export function createRegistry(
  { distribution, logs, host, proxyHost }: RegistryPlan,
  nursery: Nursery,
): SchemaRegistry {
  const jar = readdirSync(distribution).find((file) => file.endsWith('-runner.jar'));
  if (!jar) throw new Error(`${distribution} holds no registry: remove that folder and run again`);
  const url = `http://${host}:${PORT}${CONFLUENT_API}`;
  const part = new Part(
    {
      name: 'registry',
      command: java(),
      args: ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-jar', join(distribution, jar)],
      env: { ...process.env, QUARKUS_HTTP_HOST: host, QUARKUS_HTTP_PORT: String(PORT) },
      logFile: join(logs, 'registry.log'),
      answers: async (signal) => {
        const { statusCode, body } = await request(`${url}/subjects`, { signal });
        return statusCode === 200 && Array.isArray(await body.json());
      },
      withinMs: START_WITHIN_MS,
    },
    nursery,
  );
  const proxy = new FaultProxy({ host: proxyHost, port: PORT }, { host, port: PORT });
  return { url, urlThroughProxy: `http://${proxyHost}:${PORT}${CONFLUENT_API}`, part, proxy };
}
