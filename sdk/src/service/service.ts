import type { Server } from 'node:http';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { type Codec, createCodec } from '../kafka/codec.ts';
import { createKafka } from '../kafka/kafka.ts';
import { Health } from './health.ts';
import { type Handle, listen, refusal, send } from './http.ts';
import { createLogger } from './logger.ts';
import { createMetrics, type ServiceMetrics } from './metrics.ts';
import { readServiceSettings } from './settings.ts';

/** What each service has. `signal` is aborted by SIGTERM or SIGINT: finish what is at hand, then return. */
export interface Service {
  readonly name: string;
  readonly log: Logger;
  readonly health: Health;
  readonly metrics: ServiceMetrics;
  readonly kafka: Kafka;
  readonly codec: Codec;
  readonly signal: AbortSignal;
  /** Serves HTTP beside the paths of probes and metrics, from now on. */
  serve(handle: Handle): void;
}

/** Runs `work` until it is told to stop, and ends the process: 0 after a stop, 1 after a failure. */
export async function runService(name: string, work: (service: Service) => Promise<void>): Promise<never> {
  const { host, port, brokers, registryUrl, logLevel } = readServiceSettings(process.env);
  const log = createLogger(name, logLevel);
  const health = new Health();
  const metrics = createMetrics(name);
  const stop = stopOnSignals(log);
  let handle: Handle = (_, response) => send(response, refusal(404, 'NotFound', 'nothing is served here'));
  const forward: Handle = (request, response) => handle(request, response);
  const server = await listen({ host, port, health, metrics: metrics.registry, log, handle: forward });
  log.info({ address: `http://${host}:${port}` }, 'listening');

  const kafka = createKafka(name, brokers, log);
  const codec = createCodec(registryUrl);
  const serve = (next: Handle) => {
    handle = next;
  };
  const service = { name, log, health, metrics, kafka, codec, signal: stop, serve };
  const failure = await work(service).catch((error: unknown) => error);
  await close(server);
  const failed = failure !== undefined && !stop.aborted;
  if (failed) log.fatal(failure, 'stopped by a failure');
  else log.info('stopped');
  process.exit(failed ? 1 : 0);
}

function stopOnSignals(log: Logger): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      log.info({ signal: name }, 'stopping');
      controller.abort();
    });
  }
  return controller.signal;
}

/** Requests under way are answered; streams and idle connections are cut after a moment. */
async function close(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), 1_000);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(cut);
}
