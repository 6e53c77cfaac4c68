import { loadavg } from 'node:os';
import { during } from '../../dev/setup/progress.mjs';
import { run as buildBundle } from '../../dev/tasks/build.ts';
import type { TopicsOptions } from '../options.ts';
import { OptionsError } from '../options-error.ts';
import { startGuest, startOurs } from '../stage/operator.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { aimOf } from './aims.ts';
import { chooseBatches, measureFloor } from './floor.ts';
import { measureOperator, type PassOptions, takeSample } from './pass.ts';
import { phasesAround } from './phases.ts';
import { type Row, rowOf, summaryOf } from './rows.ts';

/** Floor and operator take turns, because a machine is not the same from minute to minute. */
export async function benchTopics(options: TopicsOptions, signal: AbortSignal): Promise<number> {
  if (options.operator === undefined) await buildBundle();
  const stage = await during('world', () => openStage(options));
  let finished = false;
  try {
    requireGrowth(stage, options);
    printLine(summaryOf(await measureRounds(stage, options, signal)));
    finished = true;
    return 0;
  } finally {
    await stage.stop({ keepFiles: !finished && !signal.aborted });
  }
}

function requireGrowth({ template }: Stage, { phases }: TopicsOptions): void {
  if (template.topic.partitions !== undefined || !phases.includes('grow')) return;
  throw new OptionsError('the template has no spec.partitions to grow: leave that phase out with --phases');
}

async function measureRounds(stage: Stage, options: TopicsOptions, signal: AbortSignal): Promise<readonly Row[]> {
  const { count, rounds, ready, operator } = options;
  const phases = phasesAround(options.phases);
  const start: PassOptions['start'] = ({ world }, namespace) =>
    operator === undefined ? startOurs(world) : startGuest(world, operator, namespace);
  const sample = await during('one resource', () => takeSample(stage, { name: 'sample', ready, start, signal }));
  const warmUp = { name: 'warm-up', count, phases };
  const batches = await during('warm-up', () => chooseBatches(stage, sample, warmUp));

  const rows: Row[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    signal.throwIfAborted();
    const title = `round ${round} of ${rounds}`;
    const floorPlan = { name: `floor-${round}`, count, phases };
    const floors = await during(`${title}: floor`, () => measureFloor(stage, sample, floorPlan, batches));
    const plan = { name: `round-${round}`, count, phases, ready, start, signal };
    const figures = await during(`${title}: operator`, () => measureOperator(stage, plan));
    for (const phase of options.phases) {
      const [floor, figure] = [floors.get(phase), figures.get(phase)];
      if (!floor || !figure) continue;
      const [load = 0] = loadavg();
      const row = rowOf({ phase, round, figures: figure, floor, aim: aimOf(phase, sample), load });
      rows.push(row);
      printLine(row);
    }
  }
  return rows;
}

function printLine(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
