// @ts-check
import { stderr } from 'node:process';

// Progress goes to standard error, so that what a task prints as its result stays clean.

const BEAT_MS = 30_000;
const FRAME_MS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

const colours = stderr.isTTY && !process.env.NO_COLOR;
/** @param {number} code @param {string} text */
const paint = (code, text) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);

/** @param {string} text */
export const dim = (text) => paint(2, text);
/** @param {string} text */
export const red = (text) => paint(31, text);
/** @param {string} text */
export const green = (text) => paint(32, text);
/** @param {string} text */
export const bold = (text) => paint(1, text);

/**
 * `0.4 s`, `12 s`, `3 min 05 s`.
 * @param {number} ms
 */
export function elapsed(ms) {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/**
 * One long step that people wait for.
 * @typedef {object} Step
 * @property {(detail: string) => void} say what it does now
 */

/** @type {Set<{ name: string, since: number, detail: string }>} */
const running = new Set();
let drawn = 0;
let frame = 0;
/** @type {NodeJS.Timeout | undefined} */
let ticker;

function erase() {
  if (drawn > 0) stderr.write(`\x1b[${drawn}A\x1b[J`);
  drawn = 0;
}

/**
 * @param {{ name: string, since: number, detail: string }} step
 * @param {number} [width] a line that wraps could not be erased
 */
function describe({ name, since, detail }, width = Number.POSITIVE_INFINITY) {
  const rest = `${elapsed(performance.now() - since)}${detail ? `  ${detail}` : ''}`;
  return `${name}  ${dim(rest.slice(0, Math.max(0, width - name.length - 2)))}`;
}

function draw() {
  frame = (frame + 1) % FRAMES.length;
  const width = stderr.columns - 3;
  for (const step of running) stderr.write(`${dim(FRAMES[frame] ?? '')} ${describe(step, width)}\n`);
  drawn = running.size;
}

function tick() {
  if (!stderr.isTTY) {
    for (const step of running) stderr.write(`… ${describe(step)}\n`);
    return;
  }
  erase();
  draw();
}

/** @param {{ name: string, since: number, detail: string }} step */
function remove(step) {
  running.delete(step);
  if (running.size > 0) return;
  clearInterval(ticker);
  ticker = undefined;
  if (stderr.isTTY) erase();
}

/**
 * A line that stays, above what is running.
 * @param {string} line
 */
export function print(line) {
  if (stderr.isTTY) erase();
  stderr.write(`${line}\n`);
  if (stderr.isTTY) draw();
}

/**
 * Runs `work` and shows for how long: a live line on a terminal, a line every 30 s elsewhere, one line at the end.
 * @template T
 * @param {string} name
 * @param {(step: Step) => Promise<T>} work
 * @param {object} [options]
 * @param {number} [options.quietBelowMs] a success that took less than this leaves no line
 * @param {(result: T) => { ok: boolean, note: string }} [options.conclude] what the last line says of the result
 * @returns {Promise<T>}
 */
export async function during(name, work, { quietBelowMs = 0, conclude = () => ({ ok: true, note: '' }) } = {}) {
  const entry = { name, since: performance.now(), detail: '' };
  running.add(entry);
  ticker ??= setInterval(tick, stderr.isTTY ? FRAME_MS : BEAT_MS);
  const finish = (/** @type {boolean} */ ok, note = '') => {
    remove(entry);
    if (ok && performance.now() - entry.since < quietBelowMs) return;
    print(`${ok ? green('✓') : red('✗')} ${describe({ ...entry, detail: note })}`);
  };
  const say = (/** @type {string} */ detail) => {
    entry.detail = detail;
  };
  try {
    const result = await work({ say });
    const { ok, note } = conclude(result);
    finish(ok, note);
    return result;
  } catch (error) {
    finish(false);
    throw error;
  }
}
