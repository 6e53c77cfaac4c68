import { readFileSync } from 'node:fs';
import type { Operator } from '../../../dev/world/operator.ts';
import { eventually } from '../../helpers/eventually.ts';

/** A line of the operator's log, as far as we look at it. */
export interface LogLine {
  time: string;
  level: string;
  message: string;
  /** Of a round: the resource, and what failed. */
  key?: string;
  fault?: string;
  error?: string;
  clean?: boolean;
  /** Of a change of certificates. */
  step?: string;
}

/** All complete lines so far; what is no JSON, such as a stack trace, comes as an error. */
export function logOf({ part }: Operator): readonly LogLine[] {
  const lines = readFileSync(part.logFile, 'utf8').split('\n').slice(0, -1);
  return lines.map(parsed);
}

/** The environment in which the log has a line for idle rounds too. */
export const verbose = { SLUICE_LOG_LEVEL: 'debug' };

export interface Rounds {
  /** How many of each key. Default 1. */
  times?: number;
  /** Only rounds that met it: `kafka/unavailable`. */
  fault?: string;
}

/** Waits for rounds of each key that end from now on. What is in sync shows no other sign of having been looked at. */
export function whenLookedAt(operator: Operator, keys: readonly string[], { times = 1, fault }: Rounds = {}) {
  const before = logOf(operator).length;
  const count = (key: string) =>
    logOf(operator)
      .slice(before)
      .filter((line) => line.message === 'round' && line.key === key && (!fault || line.fault === fault)).length;
  return eventually(
    () => {
      const missing = keys.filter((key) => count(key) < times);
      if (missing.length > 0) throw new Error(`not looked at ${times} times since: ${missing.join(', ')}`);
    },
    { within: 180_000, everyMs: 200 },
  );
}

/** Lines that should never be there: bugs that a round met, and what a crash prints. */
export function bugsIn(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.filter(({ level }) => level === 'error');
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { time: '', level: 'error', message: line };
  }
}
