import type { Objective, Span, Trace, World } from '../../simulate/trace.ts';
import { contentOf } from '../files.ts';
import {
  type Count,
  type Fields,
  fieldsOf,
  listIn,
  numberAt,
  numberOr,
  numbersAt,
  numbersIn,
  oneOf,
  type Range,
  unknownFields,
  wrong,
} from './fields.ts';

const longestSeconds = 604_800;
/** Seconds times partitions: more would take minutes. */
const mostSteps = 100_000_000;
const amount: Range = { least: 0 };
const size: Range = { least: 0, most: 10_000, whole: true };
const protocols = ['eager', 'cooperative', 'consumer'] as const;
const assignors = ['range', 'roundrobin'] as const;

/** What is read of a file. */
export const known = {
  trace: ['name', 'seconds', 'partitions', 'weights', 'arrivals', 'world', 'objective', 'replicas'],
  world: [
    ...['ratePerMember', 'podStartSeconds', 'rebalanceSeconds', 'protocol', 'assignor', 'commitSeconds'],
    ...['downstreamPerSecond', 'podQuota', 'stuck', 'blind'],
  ],
  objective: ['maxLagSeconds', 'minReplicas', 'maxReplicas'],
} as const;

export interface ReadTrace {
  trace: Trace;
  /** What is in the file and means nothing, a line each. */
  warnings: readonly string[];
}

/** @param path of a file; `-` is standard input */
export async function readTraceFile(path: string, readInput: () => Promise<string>): Promise<ReadTrace> {
  if (path === '-') return traceIn('standard input', await readInput());
  return traceIn(path, await contentOf(path, '--trace names JSON files; examples/simulate/ has one to begin with.'));
}

/** Throws UserError for what is no trace, with the place in it. */
export function traceIn(source: string, text: string): ReadTrace {
  const fields = fieldsOf(source, '', parsed(source, text));
  const seconds = numberAt(fields, 'seconds', { least: 1, most: longestSeconds, whole: true });
  const partitions = numberAt(fields, 'partitions', { least: 1, most: 10_000, whole: true });
  if (seconds * partitions > mostSteps) {
    const what = `seconds times partitions is ${seconds * partitions}, and ${mostSteps} is the most`;
    throw wrong(source, `${what}; cut the trace, or take fewer partitions`);
  }
  const world = fieldsOf(source, 'world', fields.values.world);
  const objective = fieldsOf(source, 'objective', fields.values.objective ?? {});
  const trace = {
    name: nameOf(fields),
    seconds,
    partitions,
    ...(fields.values.weights !== undefined && { weights: weightsOf(fields, partitions) }),
    arrivals: arrivalsOf(source, fields.values.arrivals, { seconds, partitions }),
    world: worldOf(world, { seconds, partitions }),
    objective: objectiveOf(objective),
  };
  const replicas = numberOr(Math.max(1, trace.objective.minReplicas), fields, 'replicas', size);
  return { trace: { ...trace, replicas }, warnings: warningsOn(fields, world, objective) };
}

function parsed(source: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(source, `this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function nameOf({ source, values }: Fields): string {
  const { name = source } = values;
  if (typeof name !== 'string' || name === '') throw wrong(source, 'name has to be a text');
  return name;
}

interface Extent {
  seconds: number;
  partitions: number;
}

function weightsOf(fields: Fields, partitions: number): readonly number[] {
  const weights = numbersAt(fields, 'weights', amount, { of: 'partitions', many: partitions });
  if (weights.every((weight) => weight === 0)) throw wrong(fields.source, 'weights are all 0; one has to be more');
  return weights;
}

function arrivalsOf(source: string, value: unknown, { seconds, partitions }: Extent): Trace['arrivals'] {
  const fields = fieldsOf(source, 'arrivals', value);
  const { perSecond, perPartition } = fields.values;
  if ((perSecond === undefined) === (perPartition === undefined)) {
    throw wrong(source, 'arrivals has to have either perSecond or perPartition');
  }
  const each: Count = { of: 'seconds', many: seconds };
  if (perSecond !== undefined) return { perSecond: numbersAt(fields, 'perSecond', amount, each) };
  const path = 'arrivals.perPartition';
  const lists = listIn(source, path, perPartition);
  if (lists.length !== partitions) {
    throw wrong(source, `${path} has a length of ${lists.length}, and partitions is ${partitions}`);
  }
  return { perPartition: lists.map((list, at) => numbersIn(source, `${path}[${at}]`, list, amount, each)) };
}

function worldOf(fields: Fields, extent: Extent): World {
  const rate: Range = { least: 0, above: true };
  const isList = Array.isArray(fields.values.ratePerMember);
  return {
    ratePerMember: isList
      ? numbersAt(fields, 'ratePerMember', amount, { of: 'seconds', many: extent.seconds })
      : numberAt(fields, 'ratePerMember', rate),
    podStartSeconds: numberOr(20, fields, 'podStartSeconds', amount),
    rebalanceSeconds: numberOr(5, fields, 'rebalanceSeconds', amount),
    protocol: oneOf(fields, 'protocol', protocols, 'eager'),
    assignor: oneOf(fields, 'assignor', assignors, undefined),
    commitSeconds: numberOr(5, fields, 'commitSeconds', amount),
    downstreamPerSecond: numberOr(undefined, fields, 'downstreamPerSecond', rate),
    podQuota: numberOr(undefined, fields, 'podQuota', size),
    stuck: spansOf(fields, 'stuck', (span) => {
      const partition = numberAt(span, 'partition', { least: 0, most: extent.partitions - 1, whole: true });
      return { partition, ...spanOf(span) };
    }),
    blind: spansOf(fields, 'blind', spanOf),
  };
}

function spansOf<S>(fields: Fields, name: string, read: (span: Fields) => S): readonly S[] | undefined {
  const value = fields.values[name];
  if (value === undefined) return undefined;
  const path = fields.path + name;
  return listIn(fields.source, path, value).map((one, at) => read(fieldsOf(fields.source, `${path}[${at}]`, one)));
}

function spanOf(fields: Fields): Span {
  const [from, to] = [numberAt(fields, 'from', amount), numberAt(fields, 'to', amount)];
  if (to <= from)
    throw wrong(fields.source, `${fields.path}to is ${to}, and has to be more than from, which is ${from}`);
  return { from, to };
}

function objectiveOf(fields: Fields): Objective {
  const objective = {
    maxLagSeconds: numberOr(60, fields, 'maxLagSeconds', { least: 1, most: 86_400 }),
    minReplicas: numberOr(1, fields, 'minReplicas', size),
    maxReplicas: numberOr(undefined, fields, 'maxReplicas', { ...size, least: 1 }),
  };
  const { minReplicas, maxReplicas } = objective;
  if (maxReplicas !== undefined && maxReplicas < minReplicas) {
    throw wrong(fields.source, `objective.maxReplicas is ${maxReplicas}, and objective.minReplicas is ${minReplicas}`);
  }
  return objective;
}

function warningsOn(trace: Fields, world: Fields, objective: Fields): string[] {
  return [
    ...unknownFields(trace, known.trace),
    ...unknownFields(world, known.world),
    ...unknownFields(objective, known.objective),
  ];
}
