import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Wanted } from './meters/readiness.ts';
import { OptionsError } from './options-error.ts';
import { familyNames } from './scaling/families.ts';
import { PHASES, type Phase } from './topics/phases.ts';

/** What can be measured of many topics besides their creation. */
export const ROWS = ['tenants', 'restart', 'sweep'] as const;

const SINGLE = fileURLToPath(new URL('../examples/bench/event-topic-single.yaml', import.meta.url));

export const USAGE = `Usage:
  npm run bench -- topics --count N --template FILE [OPTIONS]
      --template FILE       a resource that asks for one topic, with {{name}} for its name
      --crds FILE           install these instead of ours
      --operator COMMAND    run this in a shell instead of our bundle; its environment gets KUBECONFIG (it may do
                            anything), BENCH_NAMESPACE and KAFKA_BOOTSTRAP_SERVERS
      --ready TYPE=STATUS   the condition that ends the wait; default Ready=True
      --phases LIST         of ${PHASES.join(',')}; default all
      --rounds N            how often floor and operator take turns; default 3
  npm run bench -- scale [OPTIONS]
      --count N             how many topics; default 10000
      --base N              how many to compare with; default 1000
      --crowd N             how many a namespace creates while another creates ten; default 5000
      --interval SECONDS    between drift checks; default 300, as shipped
      --template FILE       default examples/bench/event-topic-single.yaml
      --rows LIST           of ${ROWS.join(',')}, besides creation; default all
  npm run bench -- bundle [--count N]
  npm run bench -- compat
  npm run bench -- scaling [OPTIONS]
      --families LIST       of ${familyNames.join(',')}; default all
      --seeds N             traces of each family; default 2
      --series FOLDER       JSON files with name and values, to be replayed besides
      --cuts N              traces of each series; default 4
      --first-seed N        where seeds begin; default 1
      --hours N             how long a trace is; default 4
      --objectives LIST     in seconds; default 60
      --lost PERCENT        also with so many polls of the brokers lost at random; default none
`;

export interface TopicsOptions {
  count: number;
  /** Path. */
  template: string;
  /** Path; absent: our own. */
  crds?: string;
  /** Shell command; absent: our own bundle. */
  operator?: string;
  ready: Wanted;
  /** Those to be measured, in the order in which they happen. */
  phases: readonly Phase[];
  rounds: number;
}

export interface ScaleOptions {
  count: number;
  base: number;
  crowd: number;
  /** Seconds. */
  interval: number;
  /** Path. */
  template: string;
  rows: readonly (typeof ROWS)[number][];
}

export interface BundleOptions {
  count: number;
}

export interface ScalingOptions {
  families: readonly string[];
  seeds: number;
  /** Path; absent: none. */
  series: string | undefined;
  cuts: number;
  firstSeed: number;
  hours: number;
  /** Seconds. */
  objectives: readonly number[];
  /** Part of the polls; 0: every one is answered. */
  lost: number;
}

export function readTopicsOptions(args: readonly string[]): TopicsOptions {
  const values = parse(args, ['count', 'template', 'crds', 'operator', 'ready', 'phases', 'rounds']);
  const { template, crds, operator, ready = 'Ready=True', phases = PHASES.join(',') } = values;
  if (template === undefined) throw new OptionsError('--template is missing');
  return {
    count: readCount('count', values.count),
    template,
    ...(crds !== undefined && { crds }),
    ...(operator !== undefined && { operator }),
    ready: readReady(ready),
    phases: readNames('phases', PHASES, phases),
    rounds: readCount('rounds', values.rounds ?? '3'),
  };
}

export function readScaleOptions(args: readonly string[]): ScaleOptions {
  const values = parse(args, ['count', 'base', 'crowd', 'interval', 'template', 'rows']);
  const rows = values.rows ?? ROWS.join(',');
  return {
    count: readCount('count', values.count ?? '10000'),
    base: readCount('base', values.base ?? '1000'),
    crowd: readCount('crowd', values.crowd ?? '5000'),
    interval: readCount('interval', values.interval ?? '300'),
    template: values.template ?? SINGLE,
    rows: rows === '' ? [] : readNames('rows', ROWS, rows),
  };
}

export function readBundleOptions(args: readonly string[]): BundleOptions {
  return { count: readCount('count', parse(args, ['count']).count ?? '1000') };
}

export function readNoOptions(args: readonly string[]): void {
  parse(args, []);
}

export function readScalingOptions(args: readonly string[]): ScalingOptions {
  const names = ['families', 'seeds', 'series', 'cuts', 'first-seed', 'hours', 'objectives', 'lost'];
  const { families, seeds = '2', series, cuts = '4', hours = '4', objectives = '60', ...values } = parse(args, names);
  return {
    families: families === '' ? [] : readNames('families', familyNames, families ?? familyNames.join(',')),
    seeds: readCount('seeds', seeds),
    series,
    cuts: readCount('cuts', cuts),
    firstSeed: readCount('first-seed', values['first-seed'] ?? '1'),
    hours: readCount('hours', hours),
    objectives: objectives.split(',').map((text) => readCount('objectives', text)),
    lost: values.lost === undefined ? 0 : readCount('lost', values.lost) / 100,
  };
}

function parse(args: readonly string[], names: readonly string[]): Readonly<Record<string, string | undefined>> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return { ...parseArgs({ args: [...args], options }).values };
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readCount(name: string, text = ''): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new OptionsError(`--${name} "${text}" is not a number from 1 to 999999`);
  return Number(text);
}

function readReady(text: string): Wanted {
  const [type, status, ...rest] = text.split('=');
  if (!type || !status || rest.length > 0) throw new OptionsError(`--ready "${text}" is not TYPE=STATUS`);
  return { type, status };
}

/** In the order of `known`. */
function readNames<Name extends string>(option: string, known: readonly Name[], text: string): readonly Name[] {
  const names = new Set(text.split(','));
  const unknown = [...names].find((name) => !known.some((one) => one === name));
  if (unknown !== undefined) throw new OptionsError(`--${option}: "${unknown}" is none of ${known.join(', ')}`);
  return known.filter((name) => names.has(name));
}
