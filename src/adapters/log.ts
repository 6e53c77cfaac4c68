import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { Log, LogFields } from '../ports/log.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A line per event: JSON with `time` (ISO 8601), `level`, `message` and the fields. Without `destination`: stdout. */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    messageKey: 'message',
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(destination === undefined ? pino(options) : pino(options, destination));
}

function wrap(logger: Logger): Log {
  return {
    debug: (message, fields) => logger.debug(toFields(fields), '%s', message),
    info: (message, fields) => logger.info(toFields(fields), '%s', message),
    warn: (message, fields) => logger.warn(toFields(fields), '%s', message),
    error: (message, fields) => logger.error(toFields(fields), '%s', message),
    child: (fields) => wrap(logger.child(toFields(fields))),
  };
}

/** Names of fields whose values do not belong into a log, wherever they are; too many rather than too few. */
const secretName =
  /authorization|password|passwd|passphrase|secret|token|credential|cookie|api[-_]?key|private[-_]?key/i;
/** Errors of client libraries may hold whole connections; what is beyond these is not shown. */
const maxDepth = 6;
const maxItems = 100;

function toFields(fields: LogFields = {}): Record<string, unknown> {
  return withoutSecretsIn(Object.entries(fields), 0);
}

function withoutSecretsIn(entries: Iterable<[unknown, unknown]>, depth: number): Record<string, unknown> {
  const shown = [...entries].slice(0, maxItems).map(([key, value]): [string, unknown] => {
    const name = String(key);
    return [name, secretName.test(name) ? '[redacted]' : withoutSecrets(value, depth + 1)];
  });
  return Object.fromEntries(shown);
}

/** A copy of `value`, because fields may be shared objects of a cache. */
function withoutSecrets(value: unknown, depth: number): unknown {
  if (value instanceof Error) return withoutSecrets({ ...stdSerializers.err(value) }, depth);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > maxDepth) return '[deeper]';
  if (value instanceof Map) return withoutSecretsIn(value, depth);
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, maxItems).map((item) => withoutSecrets(item, depth + 1));
  }
  return withoutSecretsIn(Object.entries(value), depth);
}
