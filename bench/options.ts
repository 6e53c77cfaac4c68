import { parseArgs } from 'node:util';
import { OptionsError } from './options-error.ts';
import { PHASES, type Phase } from './phases.ts';
import type { Wanted } from './readiness.ts';

export const USAGE = `Usage:
  npm run bench -- topics --count N --template FILE [OPTIONS]
      --template FILE       a resource that asks for one topic, with {{name}} for its name
      --crds FILE           install these instead of ours
      --operator COMMAND    run this in a shell instead of our bundle; its environment gets KUBECONFIG (it may do
                            anything), BENCH_NAMESPACE and KAFKA_BOOTSTRAP_SERVERS
      --ready TYPE=STATUS   the condition that ends the wait; default Ready=True
      --phases LIST         of ${PHASES.join(',')}; default all
      --rounds N            how often floor and operator take turns; default 3
  npm run bench -- bundle [--count N]
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

export interface BundleOptions {
  count: number;
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
    phases: readPhases(phases),
    rounds: readCount('rounds', values.rounds ?? '3'),
  };
}

export function readBundleOptions(args: readonly string[]): BundleOptions {
  return { count: readCount('count', parse(args, ['count']).count ?? '1000') };
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

function readPhases(text: string): readonly Phase[] {
  const names = new Set(text.split(','));
  const unknown = [...names].find((name) => !PHASES.some((phase) => phase === name));
  if (unknown !== undefined) throw new OptionsError(`--phases: "${unknown}" is none of ${PHASES.join(', ')}`);
  return PHASES.filter((phase) => names.has(phase));
}
