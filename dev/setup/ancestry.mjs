// @ts-check
import { readFileSync } from 'node:fs';

const POLL_MS = 1_000;

/** @param {number} pid @returns {number | undefined} its parent; undefined when it is gone */
function parentOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isShellWithCommand(pid) {
  return /^(\S*\/)?\w*sh\0-c\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
}

/**
 * Calls `ended` once the npm that started us is gone: nobody waits for the result any more. npm runs scripts by way of
 * a shell, which may stay in between.
 * @param {() => void} ended
 */
export function watchNpm(ended) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const grandparent = isShellWithCommand(parent) ? parentOf(parent) : undefined;
  const isThere = () => process.ppid === parent && (grandparent === undefined || parentOf(parent) === grandparent);
  setInterval(() => isThere() || ended(), POLL_MS).unref();
}
