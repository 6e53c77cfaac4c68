import { writeFile } from 'node:fs/promises';
import type { ScalingSpec } from '../../scaling/facts.ts';
import { sluice } from '../../simulate/operator.ts';
import { defaultThresholds, type Opponent, opponents, scalersOf, type Threshold } from '../../simulate/opponents.ts';
import { type Outcome, simulate } from '../../simulate/run.ts';
import type { Trace } from '../../simulate/trace.ts';
import type { Command, Given } from '../command.ts';
import { exitCode, type Shell, UserError } from '../shell.ts';
import { nearest } from '../suggest.ts';
import { drawReports } from './picture.ts';
import { printLines, printTables, type Report } from './print.ts';
import { readTraceFile } from './trace-file.ts';

const policies = ['Cost', 'Balanced', 'Stable'] as const satisfies readonly ScalingSpec['policy'][];

export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'say how scaling would have done on a recorded or imagined load',
  usage: '--trace FILE... [flags]',
  details: [
    'Runs the engine of this version second by second on the load of a trace, and others beside it: KEDA with its HPA at',
    'many thresholds, a plain HPA, the formulas of kafka-pod-autoscaler (kpa) and of the Flink autoscaler, sizes that stay',
    '(static), and who knows the load beforehand (oracle). It needs neither Kafka nor Kubernetes.',
  ],
  flags: {
    trace: { value: 'FILE', repeated: true, text: 'a trace in JSON; - is standard input; further words are files too' },
    against: { value: 'NAME,...', text: `of ${opponents.join(',')}, or none; default: keda,oracle` },
    policy: { value: 'NAME,...', text: `of ${policies.join(',')}; default: Balanced` },
    thresholds: {
      value: 'N,...',
      text: 'lag per replica for keda and hpa: 500 records, or 2x what a member does in a second; default: ten',
    },
    svg: { value: 'FILE', text: 'write a picture of lag and replicas over time' },
    output: { short: 'o', value: 'FORMAT', text: 'text (default) or json: a line for each trace and scaler' },
  },
  examples: [
    ['One load, against KEDA at ten thresholds', 'simulate --trace examples/simulate/lunch-hour.json'],
    [
      'What the policies would make of it, as a picture',
      'simulate --trace day.json --policy Cost,Stable --svg day.svg',
    ],
    ['Many loads, for programs', 'simulate --trace traces/*.json --against keda,static,oracle -o json'],
    ['The threshold that is set today', 'simulate --trace day.json --against keda --thresholds 500'],
  ],
  run: async (given, shell) => {
    const question = readQuestion(given);
    const reports: Report[] = [];
    for (const path of question.paths) {
      const { trace, warnings } = await readTraceFile(path, shell.readInput);
      for (const warning of warnings) shell.say(warning);
      const report = { trace, outcomes: outcomesOf(trace, question) };
      reports.push(report);
      shell.print(question.json ? printLines(report) : printTables(report));
    }
    if (question.picture !== undefined) await writePicture(question.picture, reports, shell);
    return exitCode.done;
  },
};

interface Question {
  paths: readonly string[];
  against: readonly Opponent[];
  policies: readonly ScalingSpec['policy'][];
  thresholds: readonly Threshold[];
  picture: string | undefined;
  json: boolean;
}

function readQuestion(given: Given): Question {
  const paths = [...given.texts('trace'), ...given.words];
  if (paths.length === 0) {
    throw new UserError('which trace?', 'Name a JSON file with --trace; examples/simulate/ has one to begin with.');
  }
  const output = given.text('output') ?? 'text';
  if (output !== 'json' && output !== 'text') throw new UserError(`--output: "${output}" is neither text nor json`);
  const against = given.text('against') ?? 'keda,oracle';
  return {
    paths,
    against: against === 'none' ? [] : namesIn('--against', against, opponents),
    policies: namesIn('--policy', given.text('policy') ?? 'Balanced', policies),
    thresholds: given.text('thresholds')?.split(',').map(thresholdOf) ?? defaultThresholds,
    picture: given.text('svg'),
    json: output === 'json',
  };
}

function namesIn<Name extends string>(flag: string, text: string, known: readonly Name[]): readonly Name[] {
  const names = text.split(',').map((name) => {
    const found = known.find((one) => one === name);
    if (found !== undefined) return found;
    const meant = nearest(name, known);
    const next = meant === undefined ? `There are ${known.join(', ')}.` : `Did you mean ${meant}?`;
    throw new UserError(`${flag}: there is no "${name}"`, next);
  });
  return [...new Set(names)];
}

function thresholdOf(text: string): Threshold {
  const [, digits, times] = /^(\d+(?:\.\d+)?)(x?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (value > 0) return { value, unit: times === 'x' ? 'rate' : 'records' };
  throw new UserError(`--thresholds: "${text}" is neither records, such as 500, nor a multiple, such as 2x`);
}

function outcomesOf(trace: Trace, { policies: chosen, against, thresholds }: Question): Outcome[] {
  const own = chosen.map((policy) => sluice({ mode: 'Auto', policy, ...trace.objective }));
  const others = against.flatMap((opponent) => scalersOf(opponent, trace, thresholds));
  return [...own, ...others].map((scaler) => simulate(trace, scaler));
}

async function writePicture(path: string, reports: readonly Report[], { say }: Shell): Promise<void> {
  try {
    await writeFile(path, drawReports(reports));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UserError(`--svg: cannot write ${path}: ${code}`, 'Name a file in a folder that is there.');
  }
  say(`wrote ${path}`);
}
