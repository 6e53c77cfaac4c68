import { Fault } from '../ports/fault.ts';
import type { Log, LogFields } from '../ports/log.ts';
import type { RoundResult } from './round.ts';

/** The one line that a round leaves. */
export function logRound(log: Log, fields: LogFields, result: RoundResult): void {
  const { outcome, failure } = result;
  const level = levelOf(result);
  log[level]('round', {
    ...fields,
    outcome: outcome.kind,
    ...(failure && describe(failure.cause)),
    ...(level === 'error' && failure?.cause instanceof Error && { stack: failure.cause.stack }),
  });
}

function levelOf({ changed, failure }: RoundResult): 'debug' | 'info' | 'warn' | 'error' {
  switch (failure?.meaning) {
    case 'bug':
      return 'error';
    case 'outage':
    case 'refusal':
      return 'warn';
    case 'conflict':
    case undefined:
      return changed ? 'info' : 'debug';
  }
}

function describe(cause: unknown): LogFields {
  if (!(cause instanceof Fault)) return { error: String(cause) };
  const { system, kind, code, message } = cause;
  return { error: message, fault: `${system}/${kind}`, ...(code !== undefined && { code }) };
}
