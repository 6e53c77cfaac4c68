import { setTimeout as sleep } from 'node:timers/promises';
import { type Consumption, Meter } from '../meters/meter.ts';
import { Readiness, type Wanted } from '../meters/readiness.ts';
import { CONNECTIONS, type Resource } from '../stage/kube.ts';
import { createPace, inLanes } from '../stage/lanes.ts';
import type { MeasuredOperator } from '../stage/operator.ts';
import { addNamespace, calmDown, clearTopics, type Stage } from '../stage/stage.ts';
import { namesOf, type Sample } from './floor.ts';
import { changeFor, type Phase } from './phases.ts';

const POLL_MS = 100;
/** An operator that gets nothing done for so long will not. */
const STALLED_MS = 60_000;

/** One operator at work in one namespace. */
export interface Pass {
  stage: Stage;
  operator: MeasuredOperator;
  collection: string;
  readiness: Readiness;
  signal: AbortSignal;
}

export interface PassOptions<Operator extends MeasuredOperator = MeasuredOperator> {
  /** The namespace, and how names of resources begin; new. */
  name: string;
  ready: Wanted;
  start: (stage: Stage, namespace: string) => Promise<Operator>;
  signal: AbortSignal;
}

/** What a phase took an operator. */
export interface PhaseFigures extends Consumption {
  /** From the first request to the last resource that is done. */
  seconds: number;
  /** Of each resource, from its request on. */
  tookMs: readonly number[];
}

/** Starts an operator and takes one resource through its life: so it is awake, and shows what it does. */
export function takeSample(stage: Stage, options: PassOptions): Promise<Sample> {
  return withOperator(stage, options, async (pass) => {
    const { status, metadata } = await takeOneThrough(pass, `${options.name}-first`);
    await calmDown(stage);
    const keepsTopics = (await stage.kafka.topics()).length > 0;
    return { status, finalizers: metadata.finalizers ?? [], keepsTopics };
  });
}

/** Starts an operator, wakes it with one resource and takes `count` others through `phases`. */
export function measureOperator(
  stage: Stage,
  { count, phases, ...options }: PassOptions & { count: number; phases: readonly Phase[] },
): Promise<ReadonlyMap<Phase, PhaseFigures>> {
  return withOperator(stage, options, async (pass) => {
    await takeOneThrough(pass, `${options.name}-first`);
    const names = namesOf(options.name, count);
    const meter = new Meter(pass.operator, stage.world.auditLog);
    const figures = new Map<Phase, PhaseFigures>();
    for (const phase of phases) {
      await calmDown(stage);
      meter.start();
      const times = await runPhase(pass, phase, names);
      figures.set(phase, { ...times, ...(await meter.stop()) });
    }
    return figures;
  });
}

/** Starts an operator for `work` in a namespace of its own; afterwards it is stopped, and its topics are gone. */
export async function withOperator<Operator extends MeasuredOperator, Result>(
  stage: Stage,
  { name, ready, start, signal }: PassOptions<Operator>,
  work: (pass: Pass, operator: Operator) => Promise<Result>,
): Promise<Result> {
  const collection = await addNamespace(stage, name);
  const operator = await start(stage, name);
  const pass: Pass = { stage, operator, collection, readiness: new Readiness(ready), signal };
  let result: Result;
  try {
    result = await withWatch(pass, () => work(pass, operator));
  } finally {
    await operator.stop();
  }
  await clearTopics(stage);
  return result;
}

/** The same operator at work in one more namespace. */
export async function inNamespace<Result>(
  { stage, operator, readiness, signal }: Pass,
  name: string,
  work: (pass: Pass) => Promise<Result>,
): Promise<Result> {
  const collection = await addNamespace(stage, name);
  const pass: Pass = { stage, operator, collection, readiness: readiness.fresh(), signal };
  return withWatch(pass, () => work(pass));
}

async function withWatch<T>({ stage, collection, readiness }: Pass, work: () => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const events = await stage.kube.watch(collection, stopping.signal);
  const follow = async (): Promise<never> => {
    for await (const event of events) readiness.handle(event, performance.now());
    throw new Error('the watch ended before the work');
  };
  try {
    return await Promise.race([work(), follow()]);
  } finally {
    stopping.abort();
  }
}

/** Returns the resource as it was when it was Ready. */
async function takeOneThrough(pass: Pass, name: string): Promise<Resource> {
  await runPhase(pass, 'create', [name]);
  const ready = pass.readiness.readyOf(name);
  await runPhase(pass, 'delete', [name]);
  if (!ready) throw new Error(`${name} was never seen Ready`);
  return ready;
}

/**
 * Sends what users would send, and waits until the operator is done with all of it. `perSecond` is how many requests are
 * sent at most in a second; if it is not given, as many as the API server takes.
 */
export async function runPhase(
  pass: Pass,
  phase: Phase,
  names: readonly string[],
  perSecond = Number.POSITIVE_INFINITY,
): Promise<Pick<PhaseFigures, 'seconds' | 'tookMs'>> {
  const { stage, collection, readiness } = pass;
  const sinceMs = performance.now();
  const nextTurn = createPace(perSecond);
  readiness.begin(phase === 'delete' ? 'gone' : 'changed', names, sinceMs);
  await inLanes(names, CONNECTIONS, async (name) => {
    await nextTurn();
    readiness.sent(name, performance.now());
    return stage.kube.change(changeFor(phase, stage.template, collection, name));
  });
  await untilReached(pass, phase, names.length);
  return { seconds: (readiness.lastMs - sinceMs) / 1_000, tookMs: readiness.tookMs };
}

async function untilReached({ operator, readiness, signal }: Pass, phase: Phase, count: number): Promise<void> {
  for (; readiness.left > 0; await sleep(POLL_MS)) {
    signal.throwIfAborted();
    const stalled = performance.now() - readiness.lastMs > STALLED_MS;
    if (!operator.hasEnded() && !stalled) continue;
    const why = stalled ? `nothing more happened within ${STALLED_MS / 1_000} s` : 'the operator ended';
    const done = `${phase}: ${count - readiness.left} of ${count} done, then ${why}`;
    throw new Error(`${done}; ${readiness.describeFirstLeft()}; see ${operator.logFile}`);
  }
}
