import type { Trace } from '../trace.ts';
import { spread } from './spread.ts';
import { advance, type Course, type Cursor, type Limits } from './worst-member.ts';

/** One way to have come to a size at a time. */
interface Label {
  /** Replica-seconds until now, with those of pods that start. */
  cost: number;
  cursor: Cursor;
  at: number;
  course: Course;
  before: Label | undefined;
}

/** A size that members have from a second on. */
export interface Stage {
  from: number;
  replicas: number;
}

/** Ways kept for each size and time: the cheapest, the furthest, and some between. */
const mostLabels = 6;
/** Changes of size are considered so often. */
const leastGridSeconds = 5;
const mostGridPoints = 1_500;

/**
 * The cheapest way through the trace on which no record waits longer than it may, by dynamic programming over
 * time, size and how far the oldest record has come. `undefined`: there is none.
 * @param courses of all sizes that may be taken; the way begins with `start`, which need not be one of them
 */
export function cheapestWay(
  trace: Trace,
  courses: readonly Course[],
  start: Course,
  limits: Limits,
): Stage[] | undefined {
  const { seconds } = trace;
  const grid = gridOf(trace);
  const reached = new Map<number, Map<Course, Label[]>>();
  const reach = (label: Label | undefined) => {
    if (label !== undefined) addTo(labelsAt(reached, label), label);
  };
  reach({ cost: 0, cursor: 0, at: 0, course: start, before: undefined });
  for (let at = 0; at < seconds; at += grid) {
    for (const [own, labels] of reached.get(at) ?? []) {
      for (const label of thinned(labels)) {
        reach(go(trace, label, own, grid, limits));
        for (const course of courses) if (course !== own) reach(go(trace, label, course, grid, limits));
      }
    }
    reached.delete(at);
  }
  const [cheapest] = [...(reached.get(seconds)?.values() ?? [])].flat().sort((a, b) => a.cost - b.cost);
  return cheapest && stagesOf(cheapest);
}

function labelsAt(reached: Map<number, Map<Course, Label[]>>, { at, course }: Label): Label[] {
  const here = reached.get(at) ?? new Map<Course, Label[]>();
  if (here.size === 0) reached.set(at, here);
  const labels = here.get(course) ?? [];
  if (labels.length === 0) here.set(course, labels);
  return labels;
}

function gridOf({ seconds }: Trace): number {
  return Math.max(leastGridSeconds, Math.ceil(seconds / mostGridPoints));
}

/** The first second at which a way may come to a larger size: its pods have to be asked for in the trace. */
export function firstChange(trace: Trace): number {
  const grid = gridOf(trace);
  return Math.ceil((Math.ceil(trace.world.podStartSeconds) + 1) / grid) * grid;
}

/** What follows from a size at a time; `undefined`: that cannot be, or is too late for a record. */
function go(trace: Trace, label: Label, course: Course, grid: number, limits: Limits): Label | undefined {
  const { podStartSeconds, rebalanceSeconds } = trace.world;
  const { at } = label;
  const change = course.replicas - label.course.replicas;
  const asksAt = at - Math.ceil(podStartSeconds);
  // A scaler that only follows a plan acts at the end of a second, the first one included.
  if (change !== 0 && (change > 0 ? asksAt : at) < 1) return undefined;
  // The next pods are asked for after the ones that leave now, for it is the newest that leave.
  const stay = change === 0 ? grid : Math.max(rebalanceSeconds, change < 0 ? podStartSeconds : 0, grid);
  const to = Math.min(trace.seconds, at + Math.ceil(stay / grid) * grid);
  const pausedUntil = change === 0 ? at : at + rebalanceSeconds;
  const cursor = advance(course, label.cursor, { from: at, to, pausedUntil }, limits);
  if (cursor === undefined) return undefined;
  const starting = Math.max(0, change) * Math.ceil(podStartSeconds);
  const cost = label.cost + starting + course.replicas * (to - at);
  return { cost, cursor, at: to, course, before: label };
}

/** Keeps those that are cheaper or further than every other. */
function addTo(labels: Label[], label: Label): void {
  let kept = 0;
  for (const one of labels) {
    if (one.cost <= label.cost && one.cursor >= label.cursor) return;
    if (one.cost >= label.cost && one.cursor <= label.cursor) continue;
    labels[kept] = one;
    kept += 1;
  }
  labels.length = kept;
  labels.push(label);
}

function thinned(labels: readonly Label[]): readonly Label[] {
  if (labels.length <= mostLabels) return labels;
  return spread(
    labels.toSorted((a, b) => a.cost - b.cost),
    mostLabels,
  );
}

function stagesOf(last: Label): Stage[] {
  const stages: Stage[] = [];
  for (let label: Label | undefined = last; label?.before; label = label.before) {
    const { course, before } = label;
    if (course !== before.course) stages.unshift({ from: before.at, replicas: course.replicas });
  }
  return stages;
}
