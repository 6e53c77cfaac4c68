import { print } from '../../dev/setup/progress.mjs';
import { arrivingOf } from '../../src/simulate/inflow.ts';
import { sluice, tickSeconds } from '../../src/simulate/operator.ts';
import { defaultThresholds, scalersOf } from '../../src/simulate/opponents.ts';
import { simulate } from '../../src/simulate/run.ts';
import { rateOf, type Trace, type World } from '../../src/simulate/trace.ts';
import type { ScalingOptions } from '../options.ts';
import { traceOf } from './families.ts';
import { dearerThoughLonger, type Row, rowOf, type Summary, summaryOf } from './figures.ts';
import { chanceFrom } from './random.ts';
import { readSeries, traceOfSeries } from './series.ts';

const policies = ['Cost', 'Balanced'] as const;

/** Runs the engine and KEDA at ten thresholds over many loads. Needs no world: the loads are simulated. */
export async function benchScaling(options: ScalingOptions, signal: AbortSignal): Promise<number> {
  const rows: Row[] = [];
  for (const maxLagSeconds of options.objectives) {
    for (const trace of await tracesOf(options, maxLagSeconds)) {
      // Between two traces there is time to be interrupted.
      await new Promise((resolve) => void setImmediate(resolve));
      signal.throwIfAborted();
      const measured = measure(trace, options.lost);
      for (const row of measured) process.stdout.write(`${JSON.stringify(row)}\n`);
      print(measured.map(lineOf).join('   '));
      rows.push(...measured);
    }
  }
  for (const [policy, own] of Map.groupBy(rows, (row) => row.policy)) {
    const summaries = [...Map.groupBy(own, (row) => row.maxLagSeconds).values()].map(summaryOf);
    const dearer = dearerThoughLonger(own);
    process.stdout.write(`${JSON.stringify({ policy, summaries, ...(summaries.length > 1 && { dearer }) })}\n`);
    for (const summary of summaries) print(textOf(summary));
    if (summaries.length > 1) print(`${policy}: a longer objective cost more on ${dearer.length} traces`);
  }
  return 0;
}

async function tracesOf(options: ScalingOptions, maxLagSeconds: number): Promise<Trace[]> {
  const { families, seeds, series, cuts, hours } = options;
  const size = { seconds: Math.round(hours * 3_600), maxLagSeconds };
  const known = series === undefined ? [] : await readSeries(series);
  const from = (count: number) => Array.from({ length: count }, (_, at) => at + options.firstSeed);
  return [
    ...families.flatMap((family) => from(seeds).map((seed) => traceOf(family, seed, size))),
    ...known.flatMap((one) => from(cuts).map((seed) => traceOfSeries(one, seed, size))),
  ];
}

function measure(trace: Trace, lost: number): Row[] {
  const { objective } = trace;
  const run = (name: 'keda' | 'oracle') =>
    scalersOf(name, trace, defaultThresholds).map((scaler) => simulate(trace, scaler));
  const [keda, [oracle]] = [run('keda'), run('oracle')];
  if (oracle === undefined) return [];
  const floorReplicaSeconds = floorOf(trace);
  const polls = lostPolls(trace, lost);
  const blind = polls.map((second) => ({ from: second, to: second + 1 }));
  return policies.map((name) => {
    const own = (world: World) => simulate({ ...trace, world }, sluice({ mode: 'Auto', policy: name, ...objective }));
    return rowOf({
      policy: own(trace.world),
      keda,
      oracle,
      floorReplicaSeconds,
      maxLagSeconds: objective.maxLagSeconds,
      ...(lost > 0 && { withLoss: { policy: own({ ...trace.world, blind }), seconds: polls } }),
    });
  });
}

/** Seconds at which the operator asks and nobody answers. */
function lostPolls({ seconds }: Trace, lost: number): number[] {
  const chance = chanceFrom(seconds);
  const polls = Array.from({ length: Math.ceil(seconds / tickSeconds) }, (_, at) => at * tickSeconds);
  return polls.filter(() => chance.next() < lost);
}

/** Seconds that members need for all records, if none were ever without work. */
function floorOf(trace: Trace): number {
  return arrivingOf(trace).reduce((sum, records, second) => sum + records / (rateOf(trace.world, second) || 1), 0);
}

function lineOf({ trace, policy, maxLagSeconds, lateShare, ofCheapest, ofOracle, dominatedBy }: Row): string {
  const name = policy === policies[0] ? `${trace.padEnd(20)} ${String(maxLagSeconds).padStart(4)} s  ` : '';
  const figures = `${percent(lateShare)} late, ${ofCheapest ?? '–'} × keda, ${ofOracle} × oracle`;
  return `${name}${policy}: ${figures}${dominatedBy.length > 0 ? ', dominated' : ''}`;
}

function textOf({ policy, maxLagSeconds, traces, ...figures }: Summary): string {
  const { dominated, ofCheapest, ofOracle, ofFloor, ofActions, lateShare, asPunctual, lost } = figures;
  return [
    `${policy}, objective ${maxLagSeconds} s: dominated on ${dominated} of ${traces}`,
    `replica-seconds ${ofCheapest} × the cheapest threshold that is as punctual, ${ofOracle} × the oracle, ${ofFloor} × the floor`,
    `${percent(lateShare)} late; as punctual as the most punctual threshold on ${asPunctual}, with ${ofActions} × its actions`,
    ...(lost
      ? [`with polls lost ${lost.ofNoneLost} × the replica-seconds, shrunk unknowing ${lost.shrunkUnknown} times`]
      : []),
  ].join('; ');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
