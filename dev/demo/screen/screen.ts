import { stripVTControlCharacters } from 'node:util';
import { exportLine } from '../../world/shell.ts';
import { atLeast, count } from '../checks.ts';
import type { Move } from '../history.ts';
import type { Paint } from './paint.ts';
import { renderTable } from './table.ts';
import { clockTime, type View } from './view.ts';

/** Where the run can be watched. */
export interface Screen {
  show(view: View): void;
  /** A stage begins, with `view` as its first look. */
  stageBegins(view: View): void;
  moved(move: Move, view: View): void;
  close(): void;
}

const LINES_EVERY_MS = 10_000;
const NARROWEST = 60;
const WIDEST = 160;

/** Redraws one table in place. */
export function createLiveScreen(out: NodeJS.WriteStream, paint: Paint): Screen {
  let drawn = 0;
  // Lines that were wrapped anew cannot be counted any more.
  const startAfresh = () => {
    out.write('\x1b[2J\x1b[H');
    drawn = 0;
  };
  out.on('resize', startAfresh);
  const show = (view: View) => {
    const columns = out.columns || WIDEST;
    const width = Math.min(WIDEST, Math.max(NARROWEST, columns - 1));
    const { lines, height } = fitRows(
      renderTable(view, width, paint),
      columns,
      (out.rows || Number.POSITIVE_INFINITY) - 1,
    );
    const back = drawn > 0 ? `\x1b[${drawn}A` : '';
    out.write(`${back}${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
    drawn = height;
  };
  return { show, stageBegins: show, moved: () => {}, close: () => void out.off('resize', startAfresh) };
}

/** The lines from the first that a terminal has rows for, and how many rows they take: a long one takes several. */
export function fitRows(
  lines: readonly string[],
  columns: number,
  rows: number,
): { lines: readonly string[]; height: number } {
  const fitting: string[] = [];
  let height = 0;
  for (const line of lines) {
    const own = Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns));
    if (height + own > rows) break;
    fitting.push(line);
    height += own;
  }
  return { lines: fitting, height };
}

/** Writes where to look once, a line at each event, and one every 10 s. */
export function createLineScreen(write: (line: string) => void): Screen {
  let writtenMs = Number.NEGATIVE_INFINITY;
  let introduced = false;
  const introduce = ({ page, kubeconfig }: View) => {
    if (introduced) return;
    introduced = true;
    write(`orders   ${page}`);
    write(`kubectl  ${exportLine(kubeconfig).trimEnd()}`);
  };
  return {
    show(view) {
      if (view.nowMs - writtenMs < LINES_EVERY_MS) return;
      writtenMs = view.nowMs;
      write(describeView(view));
    },
    stageBegins(view) {
      introduce(view);
      write(`${timeOf(view.nowMs, view)} ${view.stage.name}: ${view.stage.says}`);
    },
    moved: (move, view) => {
      const { atMs, consumer, from, to, why } = move;
      write(`${timeOf(atMs, view)} ${consumer} goes from ${from} to ${to} replicas: ${why}`);
    },
    close() {},
  };
}

function timeOf(atMs: number, { sinceMs }: View): string {
  return clockTime(atMs - sinceMs).padStart(5);
}

/** One line that says it all. */
export function describeView(view: View): string {
  const { look, rate } = view;
  const orders = look?.orders;
  const totals = orders
    ? `placed ${count(orders.placed)}, in flight ${count(orders.inFlight)}, shipped ${count(orders.shipped)}`
    : 'orders unknown';
  const consumers = (look?.consumers ?? []).map(({ name, replicas: { current, desired, max }, lag }) => {
    const late = lag.seconds === undefined ? 'unknown' : atLeast(lag.seconds);
    return `${name} ${current}/${desired}/${max} lag ${late}`;
  });
  return `${timeOf(view.nowMs, view)} load ${Math.round(rate)}/s, ${totals}; ${consumers.join(', ')}`;
}
