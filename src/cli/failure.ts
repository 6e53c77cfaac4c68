import { Fault } from '../ports/fault.ts';
import { UserError } from './shell.ts';

/** What went wrong, in lines for the user: what, where, for which input, and what to do. */
export function describeFailure(error: unknown): readonly string[] {
  if (error instanceof UserError) return withNext(error.message, error.next);
  if (error instanceof Fault) return withNext(error.message, nextAfter(error));
  // A report of the bug needs the place.
  return [`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
}

function withNext(message: string, next: string | undefined): readonly string[] {
  return [`error: ${message}`, ...(next === undefined ? [] : [next])];
}

function nextAfter({ system, kind, code }: Fault): string | undefined {
  if (system === 'kafka' && kind === 'unavailable') {
    return 'Can this machine reach the brokers? --bootstrap-server names other addresses of the same cluster.';
  }
  if (system !== 'kubernetes') return undefined;
  if (kind === 'unavailable')
    return 'Does "kubectl version" answer? --context and --kubeconfig choose another cluster.';
  if (code === '404') return 'Are the kinds of Sluice installed? See "kubectl api-resources --api-group=sluice.dev".';
  return undefined;
}
