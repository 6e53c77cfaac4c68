import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from '../../examples/marketplace/load/load.ts';
import { elapsed } from '../setup/progress.mjs';
import type { History } from './history.ts';
import type { Look } from './look.ts';
import { describeView, type Screen } from './screen/screen.ts';
import type { View } from './screen/view.ts';
import type { Stage } from './stages.ts';

const LOOK_EVERY_MS = 1_000;
const SHOWN_BARS = 120;

export interface Run {
  load: Pick<Load, 'setRate'>;
  history: History;
  screen: Screen;
  /** `undefined`: this time there was nothing to see. */
  look(): Promise<Look | undefined>;
  page: string;
  kubeconfig: string;
  signal: AbortSignal;
}

/** When a stage began and ended, on the wall clock and on the monotonic one. */
export interface Played {
  stage: string;
  from: Date;
  to: Date;
  endedMs: number;
}

export interface Outcome {
  played: readonly Played[];
  /** The stage that did not end in time, and the last that was seen of it. No stage came after it. */
  overdue: string | undefined;
}

/** Goes through the stages one after the other. Rejects when `signal` aborts. */
export async function play(stages: readonly Stage[], run: Run): Promise<Outcome> {
  const sinceMs = performance.now();
  const played: Played[] = [];
  for (const stage of stages) {
    const from = new Date();
    const overdue = await playStage(stage, sinceMs, run);
    if (overdue !== undefined) return { played, overdue };
    played.push({ stage: stage.name, from, to: new Date(), endedMs: performance.now() });
  }
  return { played, overdue: undefined };
}

async function playStage(stage: Stage, sinceMs: number, run: Run): Promise<string | undefined> {
  const { load, history, screen, signal } = run;
  const beganMs = performance.now();
  screen.stageBegins(viewOf(stage, stage.rate(0), sinceMs, run));
  for (;;) {
    const elapsedMs = performance.now() - beganMs;
    const rate = stage.rate(elapsedMs);
    load.setRate(rate);
    const look = await run.look();
    signal.throwIfAborted();
    const moves = look ? history.take(look, stage.name) : [];
    const view = viewOf(stage, rate, sinceMs, run);
    for (const move of moves) screen.moved(move, view);
    screen.show(view);
    if (stage.isOver(history, elapsedMs)) return undefined;
    if (elapsedMs > stage.withinMs)
      return `${stage.name} lasted over ${elapsed(stage.withinMs)}: ${describeView(view)}`;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

function viewOf({ name, says }: Stage, rate: number, sinceMs: number, run: Run): View {
  const { history, page, kubeconfig } = run;
  return {
    sinceMs,
    rate,
    page,
    kubeconfig,
    nowMs: performance.now(),
    stage: { name, says },
    look: history.latest,
    throughput: history.throughput(),
    bars: history.bars(SHOWN_BARS),
    moves: history.moves,
  };
}
