import net from 'node:net';
import { ROOT } from '../setup/dependencies.mjs';
import { eachLine } from '../setup/lines.mjs';
import { lockFor } from '../setup/lock.mjs';

/** Held by the process that keeps this checkout's environment; whoever connects can talk to it. */
export const KEEPER = lockFor('dev', ROOT);

/** What programs get to know of the environment. */
export interface EnvironmentStatus {
  kubeconfig: string;
  adminToken: string;
  kafka: { bootstrapServers: string };
  registry: { url: string };
  /** Both null while no operator runs. */
  operator: { pid: number | null; metrics: string | null };
}

/** What people get to know as well. */
export interface Description {
  status: EnvironmentStatus;
  network: string;
  apiServer: string;
  logs: string;
  sinceMs: number;
  /** Parts that should run and do not. */
  dead: readonly string[];
}

/** One JSON line to the keeper. */
export type Request = { ask: 'up'; operator: boolean } | { ask: 'status' } | { ask: 'stop' };

/** JSON lines from the keeper; after `news` more follows. */
export type Answer =
  | { kind: 'news'; line: string }
  | { kind: 'ready'; description: Description }
  | { kind: 'starting' }
  | { kind: 'failed'; message: string };

/**
 * Asks the keeper and answers its last word; undefined when no keeper runs, or it ended first. A request to stop is
 * answered by the keeper's end.
 */
export function askKeeper(request: Request, onNews: (line: string) => void = () => {}): Promise<Answer | undefined> {
  const connection = net.connect({ path: `\0${KEEPER}` });
  connection.write(`${JSON.stringify(request)}\n`);
  return new Promise((resolve) => {
    connection.on('error', () => {}).on('close', () => resolve(undefined));
    eachLine(connection, (line) => {
      const answer: Answer = JSON.parse(line);
      if (answer.kind === 'news') return onNews(answer.line);
      resolve(answer);
      connection.destroy();
    });
  });
}
