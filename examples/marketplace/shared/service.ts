import type { Server } from 'node:http';
import type { Kafka } from 'kafkajs';
import { type Logger, pino } from 'pino';
import { type Codec, createCodec } from './codec.ts';
import { Health } from './health.ts';
import { type Handle, listen, refusal, send } from './http.ts';
import { createKafka } from './kafka.ts';
import { readSettings } from './settings.ts';

/** What each service has. `signal` is aborted by SIGTERM or SIGINT: finish what is at hand, then return. */
export interface Service {
  readonly name: string;
  readonly log: Logger;
  readonly health: Health;
  readonly kafka: Kafka;
  readonly codec: Codec;
  readonly signal: AbortSignal;
  /** Serves HTTP beside the probes' paths, from now on. */
  serve(handle: Handle): void;
}

/** Runs `work` until it is told to stop, and ends the process: 0 after a stop, 1 after a failure. */
export async function runService(name: string, work: (service: Service) => Promise<void>): Promise<never> {
  const settings = readSettings(process.env);
  const log = pino({ level: settings.logLevel, base: { service: name }, timestamp: pino.stdTimeFunctions.isoTime });
  const health = new Health();
  const stop = stopOnSignals(log);
  let handle: Handle = (_, response) => send(response, refusal(404, 'NotFound', 'nothing is served here'));
  const server = await listen(settings.host, settings.port, health, log, (request, response) =>
    handle(request, response),
  );
  log.info({ address: `http://${settings.host}:${settings.port}` }, 'listening');

  const kafka = createKafka(name, settings.brokers, log);
  const codec = createCodec(settings.registryUrl);
  const serve = (next: Handle) => {
    handle = next;
  };
  const failure = await work({ name, log, health, kafka, codec, signal: stop, serve }).catch((error: unknown) => error);
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
