import { type DestinationStream, type Logger, pino } from 'pino';
import { currentEvent } from '../envelope/context.ts';

/** JSON lines with `timestamp`, `level`, `service`, `message` and, while an event is being handled, its `correlationId`. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    messageKey: 'message',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => {
      const event = currentEvent();
      return event ? { correlationId: event.correlationId } : {};
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
