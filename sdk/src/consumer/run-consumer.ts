import { runService } from '../service/service.ts';
import { consume, type Subscription } from './consume.ts';

export interface ConsumerService<Value> extends Subscription<Value> {
  /** Names the service in its log, its metrics and to the brokers. */
  readonly service: string;
}

/** A whole service that does nothing but handle records, until SIGTERM: addresses from the environment, probes and metrics on POD_IP. */
export function runConsumer<Value>({ service, ...subscription }: ConsumerService<Value>): Promise<never> {
  return runService(service, (parts) => consume(subscription, parts));
}
