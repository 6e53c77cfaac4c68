import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { during } from '../dev/setup/progress.mjs';
import { run as build } from '../dev/tasks/build.ts';
import type { Part } from '../dev/world/parts/part.ts';
import { firstRoundMs } from './first-round.ts';
import { Tail } from './meters/audit-log.ts';
import { readUsage } from './meters/usage.ts';
import type { BundleOptions } from './options.ts';
import { startOurs } from './stage/operator.ts';
import { openStage, type Stage } from './stage/stage.ts';
import { eventually } from './stage/waiting.ts';
import { median, round } from './statistics.ts';
import { namesOf } from './topics/floor.ts';
import { runPhase, withOperator } from './topics/pass.ts';

const TEMPLATE = fileURLToPath(new URL('../examples/bench/event-topic.yaml', import.meta.url));
const ready = { type: 'Ready', status: 'True' };
const STARTS = 5;
const STARTED_WITHIN_MS = 60_000;
/** After this, what was needed for the work only has been given back, as far as it will be. */
const SETTLED_MS = 10_000;

/** Of the bundle that is shipped: how soon it works, and what it holds with and without many topics. */
export async function benchBundle({ count }: BundleOptions, signal: AbortSignal): Promise<number> {
  await build();
  const stage = await during('world', () => openStage({ template: TEMPLATE }));
  let finished = false;
  try {
    const memory = await during(`memory with ${count} topics`, () => measureMemory(stage, count, signal));
    const startsMs = await during(`${STARTS} starts`, () => measureStarts(stage, signal));
    const figures = { startToFirstRoundMs: median(startsMs), startsMs, ...memory };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    finished = true;
    return 0;
  } finally {
    await stage.stop({ keepFiles: !finished && !signal.aborted });
  }
}

interface Memory {
  topics: number;
  /** With one topic. */
  idleRssMiB: number;
  rssMiB: number;
  /** The most while the topics came. */
  peakRssMiB: number;
}

function measureMemory(stage: Stage, count: number, signal: AbortSignal): Promise<Memory> {
  const options = { name: 'memory', ready, signal, start: () => startOurs(stage.world) };
  return withOperator(stage, options, async (pass, { pid }) => {
    await runPhase(pass, 'create', ['memory-first']);
    await sleep(SETTLED_MS);
    const idle = readUsage(pid);
    const names = namesOf('memory', count - 1);
    await runPhase(pass, 'create', names);
    await sleep(SETTLED_MS);
    const { residentMiB, peakMiB } = readUsage(pid);
    await runPhase(pass, 'delete', ['memory-first', ...names]);
    return {
      topics: count,
      idleRssMiB: round(idle.residentMiB, 0),
      rssMiB: round(residentMiB, 0),
      peakRssMiB: round(peakMiB, 0),
    };
  });
}

/** Milliseconds from the start of the process to the end of the first round of a topic that was there before. */
function measureStarts(stage: Stage, signal: AbortSignal): Promise<readonly number[]> {
  const start = () => startOurs(stage.world, { SLUICE_LOG_LEVEL: 'debug' });
  return withOperator(stage, { name: 'starts', ready, signal, start }, async (pass, { part }) => {
    await runPhase(pass, 'create', ['starts-first']);
    const startsMs: number[] = [];
    for (let index = 0; index < STARTS; index += 1) {
      await part.stop();
      startsMs.push(await timeStart(part));
    }
    await runPhase(pass, 'delete', ['starts-first']);
    return startsMs;
  });
}

async function timeStart(part: Part): Promise<number> {
  const log = new Tail(part.logFile);
  log.read();
  const sinceMs = Date.now();
  part.launch();
  let doneMs: number | undefined;
  const worked = () => {
    doneMs ??= firstRoundMs(log.read());
    return doneMs !== undefined;
  };
  await eventually(worked, STARTED_WITHIN_MS, 'the operator has not looked at its topic');
  return (doneMs ?? Number.NaN) - sinceMs;
}
