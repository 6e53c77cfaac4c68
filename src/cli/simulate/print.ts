import { cheapestAsPunctual, dominates } from '../../simulate/compare.ts';
import type { Outcome } from '../../simulate/run.ts';
import { meanRateOf, type Trace } from '../../simulate/trace.ts';

export interface Report {
  trace: Trace;
  outcomes: readonly Outcome[];
}

/** For programs: a line of JSON for each scaler. */
export function printLines({ outcomes }: Report): string {
  return outcomes.map(({ lagSeconds: _curve, ...figures }) => `${JSON.stringify(figures)}\n`).join('');
}

/** For people: what each did, who is dominated by whom, and why Sluice did what it did. */
export function printTables({ trace, outcomes }: Report): string {
  const lines = [titleOf(trace), '', ...tableOf(outcomes), ''];
  for (const own of outcomes.filter(({ scaler }) => scaler === 'sluice')) lines.push(...verdictsOn(own, outcomes));
  return `${lines.join('\n')}\n\n`;
}

export function titleOf({ name, seconds, partitions, objective, world }: Trace): string {
  const rate = `${tidy(meanRateOf(world))} records/s per member`;
  return `${name}: ${timeOf(seconds)}, ${partitions} partitions, ${rate}; objective ${objective.maxLagSeconds} s`;
}

const head = ['SCALER', 'SETTING', 'LATE', 'P99', 'WORST', 'REPLICA-SECONDS', 'ACTIONS', 'TURNS', 'DOMINATED BY'];
/** Columns that hold words; the others hold numbers. */
const words = new Set(['SCALER', 'SETTING', 'DOMINATED BY']);

function tableOf(outcomes: readonly Outcome[]): string[] {
  const rows = outcomes.map((one) => [
    one.scaler,
    one.setting,
    shareOf(one.lateShare),
    `${one.p99LagSeconds} s`,
    `${one.worstLagSeconds} s`,
    one.replicaSeconds.toLocaleString('en-US'),
    String(one.actions),
    String(one.turns),
    dominatorsOf(one, outcomes),
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  return [head, ...rows].map((row) => {
    const cells = row.map((cell, at) => {
      const width = widths[at] ?? 0;
      return words.has(head[at] ?? '') ? cell.padEnd(width) : cell.padStart(width);
    });
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

/** The cheapest of those that dominate it, and how many more there are; not the oracle, which knows the future. */
function dominatorsOf(one: Outcome, outcomes: readonly Outcome[]): string {
  const better = outcomes
    .filter((other) => other.scaler !== 'oracle' && dominates(other, one))
    .toSorted((a, b) => a.replicaSeconds - b.replicaSeconds);
  const [first, ...more] = better;
  if (first === undefined) return '';
  return `${nameOf(first)}${more.length === 0 ? '' : `, and ${more.length} more`}`;
}

/** Those with many settings, of which a user would have to know the right one. */
const tuned = ['keda', 'hpa', 'static'];

function verdictsOn(own: Outcome, outcomes: readonly Outcome[]): string[] {
  const oracle = outcomes.find(({ scaler }) => scaler === 'oracle');
  const stuck = own.stuckLateShare;
  return [
    nameOf(own),
    ...tuned.flatMap((scaler) => againstTuned(own, scaler, outcomes)),
    ...(oracle ? [`  ${againstOracle(own, oracle)}`] : []),
    ...(stuck === undefined ? [] : [`  ${shareOf(stuck)} late of the partitions that are stuck at times`]),
    `  ${reasonsOf(own)}`,
  ];
}

function againstTuned(own: Outcome, scaler: string, outcomes: readonly Outcome[]): string[] {
  const settings = outcomes.filter((one) => one.scaler === scaler);
  if (settings.length === 0) return [];
  const best = cheapestAsPunctual(settings, own, 0.0001);
  if (best === undefined) return [`  no setting of ${scaler} is as punctual`];
  return [`  ${timesOf(own, best)} of ${nameOf(best)}, the cheapest setting that is as punctual`];
}

function againstOracle(own: Outcome, oracle: Outcome): string {
  const late = oracle.lateShare > 0 ? `, with which ${shareOf(oracle.lateShare)} are late too` : '';
  return `${timesOf(own, oracle)} of the oracle${late}`;
}

function timesOf(own: Outcome, other: Outcome): string {
  return `${tidy(own.replicaSeconds / other.replicaSeconds)} × the replica-seconds`;
}

function reasonsOf({ reasons }: Outcome): string {
  return Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, seconds]) => `${reason} ${timeOf(seconds)}`)
    .join(', ');
}

export function nameOf({ scaler, setting }: Outcome): string {
  return setting === '' ? scaler : `${scaler} ${setting}`;
}

export function shareOf(share: number): string {
  if (share > 0 && share < 0.0001) return '< 0.01 %';
  return `${(100 * share).toFixed(2)} %`;
}

export function timeOf(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  const parts = [
    ...(hours > 0 ? [`${hours} h`] : []),
    ...(minutes > 0 ? [`${minutes} min`] : []),
    ...(seconds % 60 > 0 ? [`${seconds % 60} s`] : []),
  ];
  return parts.join(' ') || '0 s';
}

/** Three significant digits. */
function tidy(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US');
}
