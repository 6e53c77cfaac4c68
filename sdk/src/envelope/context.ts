import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of the event that is being handled. */
export interface EventInHand {
  readonly eventId: string;
  readonly correlationId: string;
}

const storage = new AsyncLocalStorage<EventInHand>();

/** Runs `work` as the handling of `event`: log lines and events that come about in it, however deep, carry its correlation id. */
export function handling<T>(event: EventInHand, work: () => T): T {
  return storage.run({ eventId: event.eventId, correlationId: event.correlationId }, work);
}

/** The event that is being handled here; undefined: none is. */
export function currentEvent(): EventInHand | undefined {
  return storage.getStore();
}
