import { join } from 'node:path';
import { ROOT } from '../../setup/dependencies.mjs';
import { eachLine } from '../../setup/lines.mjs';
import { lockFor } from '../../setup/lock.mjs';
import { knock } from './door.ts';

/** Held by the process that keeps this checkout's environment. */
export const KEEPER = lockFor('dev', ROOT);
/** Where that process can be talked to. */
export const DOOR = join(ROOT, '.sluice', 'keeper');

const STATUS_WITHIN_MS = 15_000;

/** What programs get to know of the environment. */
export interface EnvironmentStatus {
  kubeconfig: string;
  adminToken: string;
  kafka: { bootstrapServers: string };
  registry: { url: string };
  /** Both null while no operator runs. */
  operator: { pid: number | null; metrics: string | null };
  /** Names of parts that should run and have ended, or do not answer. */
  unwell: readonly string[];
}

/** What people get to know as well. */
export interface Description {
  status: EnvironmentStatus;
  network: string;
  apiServer: string;
  logs: string;
  sinceMs: number;
  parts: readonly PartState[];
}

/** A part that should run, as it is now. */
export interface PartState {
  name: string;
  state: 'answers' | 'silent' | 'ended';
  logFile: string;
}

/** One JSON line to the keeper. */
export type Request = { ask: 'up'; operator: boolean } | { ask: 'status' } | { ask: 'stop' };

/** JSON lines from the keeper; after `news` more follows. */
export type Answer =
  | { kind: 'news'; line: string }
  | { kind: 'ready'; description: Description }
  | { kind: 'starting' }
  | { kind: 'failed'; message: string };

/** Undefined: it is none. */
export function readRequest(line: string): Request | undefined {
  const { ask, operator } = parsed(line);
  if (ask === 'up' && typeof operator === 'boolean') return { ask, operator };
  return ask === 'status' || ask === 'stop' ? { ask } : undefined;
}

function parsed(line: string): { ask?: unknown; operator?: unknown } {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

/**
 * Asks the keeper and returns its last word; undefined when no keeper runs, or it ended first. A request to stop is
 * answered by the keeper's end.
 */
export function askKeeper(request: Request, onNews: (line: string) => void = () => {}): Promise<Answer | undefined> {
  const connection = knock(DOOR);
  if (!connection) return Promise.resolve(undefined);
  connection.write(`${JSON.stringify(request)}\n`);
  return new Promise((resolve, reject) => {
    connection.on('error', () => {}).on('close', () => resolve(undefined));
    if (request.ask === 'status') {
      const message = `the environment's keeper does not answer within ${STATUS_WITHIN_MS / 1_000} s: end its process, found by "pgrep -f keeper.ts"`;
      connection.setTimeout(STATUS_WITHIN_MS, () => reject(new Error(message)));
    }
    eachLine(connection, (line) => {
      const answer: Answer = JSON.parse(line);
      if (answer.kind === 'news') return onNews(answer.line);
      resolve(answer);
      connection.destroy();
    });
  });
}
