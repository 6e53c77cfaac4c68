import { during } from '../../dev/setup/progress.mjs';
import { run as buildBundle } from '../../dev/tasks/build.ts';
import { Meter } from '../meters/meter.ts';
import { scrape, sumOf } from '../meters/scrape.ts';
import type { ScaleOptions } from '../options.ts';
import { type OurOperator, startOurs } from '../stage/operator.ts';
import { calmDown, clearTopics, openStage, type Stage } from '../stage/stage.ts';
import type { FloorTimes } from '../topics/floor.ts';
import { measureFloor, namesOf, type Sample } from '../topics/floor.ts';
import { type Pass, runPhase, takeSample, withOperator } from '../topics/pass.ts';
import type { Phase } from '../topics/phases.ts';
import { measureRestart } from './restart.ts';
import { type Figure, figuresOfCreation, figuresOfRestart, figuresOfSweep, figuresOfTenants } from './scale-figures.ts';
import { measureSweep, measureSweepFloor } from './sweep.ts';
import { measureTenants } from './tenants.ts';

const ready = { type: 'Ready', status: 'True' };
/** A sweep comes within 1.1 intervals of the one before, and takes its time. */
const SWEPT_WITHIN = 1.5;
/** What Argo CD sends to a cluster in a second at most, unless it is told otherwise (ARGOCD_K8S_CLIENT_QPS). */
const CLIENT_PER_SECOND = 50;
const BATCHES: ReadonlyMap<Phase, number> = new Map([['create', 1_000]]);

interface Work extends ScaleOptions {
  stage: Stage;
  pass: Pass;
  operator: OurOperator;
}

/** What changes with the number of topics, of our own bundle: lines with an aim each. */
export async function benchScale(options: ScaleOptions, signal: AbortSignal): Promise<number> {
  await buildBundle();
  const stage = await during('world', () => openStage(options));
  let finished = false;
  try {
    const start = () => startOurs(stage.world);
    const sample = await during('one resource', () => takeSample(stage, { name: 'sample', ready, start, signal }));
    const floors = await during('floor', () => floorsOf(stage, sample, options));
    await measureAll(stage, options, floors, signal);
    finished = true;
    return 0;
  } finally {
    await stage.stop({ keepFiles: !finished && !signal.aborted });
  }
}

interface Floors {
  base: FloorTimes | undefined;
  count: FloorTimes | undefined;
}

async function floorsOf(stage: Stage, sample: Sample, { base, count }: ScaleOptions): Promise<Floors> {
  const floorOf = async (name: string, n: number) =>
    (await measureFloor(stage, sample, { name, count: n, phases: ['create', 'delete'] }, BATCHES)).get('create');
  return { base: await floorOf('floor-base', base), count: await floorOf('floor-all', count) };
}

function measureAll(stage: Stage, options: ScaleOptions, floors: Floors, signal: AbortSignal): Promise<void> {
  const { interval, rows } = options;
  const start = () => startOurs(stage.world, { SLUICE_RECHECK_MS: String(interval * 1_000) });
  return withOperator(stage, { name: 'scale', ready, signal, start }, async (pass, operator) => {
    const work: Work = { ...options, stage, pass, operator };
    if (rows.includes('tenants')) await during('tenants', () => benchTenants(work));
    await during('creation', () => benchCreation(work, floors));
    if (rows.includes('restart')) await during('restart', () => benchRestart(work));
    if (rows.includes('sweep')) await during('sweep', () => benchSweep(work));
  });
}

async function benchTenants({ stage, pass, crowd }: Work): Promise<void> {
  for (const pace of [{ name: 'flood' }, { name: 'stream', perSecond: CLIENT_PER_SECOND }]) {
    print(figuresOfTenants(await measureTenants(pass, { size: crowd, ...pace })));
    await clearTopics(stage);
  }
}

async function benchCreation({ stage, pass, operator, base, count }: Work, floors: Floors): Promise<void> {
  const names = namesOf('base', base);
  await calmDown(stage);
  const { seconds: baseSeconds } = await runPhase(pass, 'create', names);
  await runPhase(pass, 'delete', names);
  await clearTopics(stage);
  const meter = new Meter(operator, stage.world.auditLog);
  const { pid } = operator;
  meter.start();
  const figures = await runPhase(pass, 'create', namesOf('all', count));
  const taken = { ...figures, ...(await meter.stop()) };
  const eventsDropped = sumOf(await scrape(operator.url), 'sluice_events_dropped_total');
  print(figuresOfCreation({ base, baseSeconds, taken, restarted: operator.pid !== pid, eventsDropped, floors }));
}

async function benchRestart({ pass, operator, count }: Work): Promise<void> {
  print(figuresOfRestart(count, await measureRestart(pass, operator, count)));
}

async function benchSweep({ stage, operator, count, interval }: Work): Promise<void> {
  await calmDown(stage);
  const withinMs = SWEPT_WITHIN * interval * 1_000;
  const sweep = await measureSweep(stage, operator, { count, withinMs });
  const floor = await measureSweepFloor(stage, namesOf('all', count));
  print(figuresOfSweep(count, sweep, floor));
}

function print(figures: readonly Figure[]): void {
  for (const figure of figures) process.stdout.write(`${JSON.stringify(figure)}\n`);
}
