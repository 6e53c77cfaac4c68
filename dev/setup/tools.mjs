// @ts-check
import { once } from 'node:events';
import { eachLine } from './lines.mjs';
import { endGroup, openNursery } from './processes.mjs';

const LAST_LINES = 60;

/** @type {Promise<import('./processes.mjs').Nursery> | undefined} */
let shared;

/** The nursery of everything this process starts outside of worlds. */
export function nursery() {
  shared ??= openNursery();
  return shared;
}

/**
 * Runs a tool to its end and returns its last lines; the latest one is the step's detail.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {import('./progress.mjs').Step} [options.step]
 * @param {AbortSignal} [options.signal] ends the tool and all that it started
 * @returns {Promise<{ ok: boolean, how: string, lines: readonly string[] }>}
 */
export async function tryTool(command, args, { cwd, env = process.env, step, signal } = {}) {
  const child = (await nursery()).spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const abort = () => void endGroup(child);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  /** @type {string[]} */
  const lines = [];
  for (const output of [child.stdout, child.stderr]) {
    if (!output) continue;
    eachLine(output, (line) => {
      if (lines.push(line) > LAST_LINES) lines.shift();
      step?.say(line.trim());
    });
  }
  const [code, killedBy] = await closed.finally(() => signal?.removeEventListener('abort', abort));
  return { ok: code === 0, how: signal?.aborted ? String(signal.reason) : (killedBy ?? `exit code ${code}`), lines };
}

/**
 * Runs a tool that must succeed.
 * @param {Parameters<typeof tryTool>} call
 * @throws when it fails; the message holds the last lines of its output
 */
export async function runTool(...call) {
  const { ok, how, lines } = await tryTool(...call);
  if (ok) return;
  const output = lines.map((line) => `  | ${line}`).join('\n');
  throw new Error(`${call[0]} ended with ${how}:\n${output}`);
}
