import { cheapestAsPunctual, mostPunctual } from '../../simulate/compare.ts';
import { arrivingOf } from '../../simulate/inflow.ts';
import type { Outcome } from '../../simulate/run.ts';
import { rateOf, type Trace } from '../../simulate/trace.ts';
import { type Axis, axisOf, type Box, inBox, xTicksOf } from './axes.ts';
import { nameOf, type Report, shareOf, titleOf } from './print.ts';

const margin = 24;
const titleHeight = 52;
const labelWidth = 168;
const chart = { width: 420, height: 108 };
const gap = { across: 68, down: 22 };
const axisHeight = 40;
const width = margin + labelWidth + 2 * (gap.across + chart.width) + margin;

/** One picture: for each trace a row of two charts for each scaler, with the same axes in all rows. */
export function drawReports(reports: readonly Report[]): string {
  let top = margin;
  const parts = reports.map((report) => {
    const { height, content } = drawReport(report, top);
    top += height;
    return content;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" role="img">`,
    `<title>Lag and replicas: ${reports.map(({ trace }) => escaped(trace.name)).join(', ')}</title>`,
    `<style>${style}</style>`,
    `<rect class="paper" width="${width}" height="${top}"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

const style = [
  'text { font: 12px system-ui, sans-serif; fill: #1f2328 }',
  '.title { font-size: 15px; font-weight: 600 }',
  '.name { font-size: 13px; font-weight: 600 }',
  '.quiet { fill: #59636e }',
  '.end { text-anchor: end }',
  '.middle { text-anchor: middle }',
  '.paper { fill: #ffffff }',
  '.grid { stroke: #d1d9e0; stroke-width: 1 }',
  '.objective { stroke: #b3261e; stroke-width: 1.5; stroke-dasharray: 6 4 }',
  '.over { fill: #b3261e }',
  '.lag { fill: none; stroke: #0550ae; stroke-width: 1.5 }',
  '.needed { fill: #d1d9e0 }',
  '.size { fill: none; stroke: #0550ae; stroke-width: 1.8 }',
].join(' ');

function drawReport({ trace, outcomes }: Report, top: number): { height: number; content: string } {
  const shown = chosenOf(outcomes);
  const needed = neededOf(trace);
  const scales = scalesOf(trace, shown, needed);
  const rows = shown.map((outcome, at) => {
    const y = top + titleHeight + at * (chart.height + gap.down);
    return drawRow(trace, outcome, needed, scales, y);
  });
  const height = titleHeight + shown.length * (chart.height + gap.down) + axisHeight;
  const bottom = top + height - axisHeight - gap.down;
  const content = [
    text(margin, top + 14, titleOf(trace), 'title'),
    text(leftOf(0), top + 40, `lag: age of the oldest waiting record, in seconds`, 'quiet'),
    text(leftOf(1), top + 40, 'replicas asked for (line); members that the arrivals keep busy (grey)', 'quiet'),
    ...rows,
    ...[0, 1].map((column) => drawTimes(leftOf(column), bottom, scales.time)),
  ];
  return { height, content: content.join('\n') };
}

/** Our own, and of each other scaler the setting that one would choose afterwards. */
function chosenOf(outcomes: readonly Outcome[]): Outcome[] {
  const own = outcomes.filter(({ scaler }) => scaler === 'sluice');
  const others = Map.groupBy(
    outcomes.filter(({ scaler }) => scaler !== 'sluice'),
    ({ scaler }) => scaler,
  );
  const [first] = own;
  const best = [...others.values()].map((group) => {
    return (first && cheapestAsPunctual(group, first, 0.0001)) ?? mostPunctual(group);
  });
  return [...own, ...best.filter((outcome) => outcome !== undefined)];
}

/** Members that the arrivals of each second would keep busy. */
function neededOf(trace: Trace): number[] {
  return arrivingOf(trace).map((records, second) => records / (rateOf(trace.world, second) || 1));
}

interface Scales {
  time: Axis;
  lag: Axis;
  size: Axis;
}

function scalesOf({ seconds, objective }: Trace, shown: readonly Outcome[], needed: readonly number[]): Scales {
  const worst = Math.max(...shown.map((one) => highest(one.lagSeconds)));
  const largest = Math.max(...shown.map((one) => highest(one.replicas)), 1);
  return {
    time: xTicksOf(seconds),
    // A lag without end would press all others to the ground.
    lag: axisOf(Math.max(1.25 * objective.maxLagSeconds, Math.min(worst, 3 * objective.maxLagSeconds))),
    size: axisOf(Math.max(1.1 * largest, Math.min(highest(needed), 1.5 * largest))),
  };
}

function drawRow(trace: Trace, outcome: Outcome, needed: readonly number[], scales: Scales, top: number): string {
  const boxes = [0, 1].map((column): Box => ({ left: leftOf(column), top, ...chart }));
  const [left, right] = boxes;
  if (left === undefined || right === undefined) return '';
  const { maxLagSeconds } = trace.objective;
  const y = inBox(left, scales.time, scales.lag)(0, maxLagSeconds).y;
  const facts = [
    `late ${shareOf(outcome.lateShare)}`,
    `worst lag ${outcome.worstLagSeconds} s`,
    `${outcome.replicaSeconds.toLocaleString('en-US')} replica-s`,
    `${outcome.actions} ${outcome.actions === 1 ? 'action' : 'actions'}`,
  ];
  return [
    text(margin, top + 14, nameOf(outcome), 'name'),
    ...facts.map((fact, at) => text(margin, top + 34 + 17 * at, fact, 'quiet')),
    ...boxes.map((box, column) => drawGrid(box, column === 0 ? scales.lag : scales.size)),
    path('lag', linesOf(left, scales.time, scales.lag, outcome.lagSeconds)),
    `<line class="objective" x1="${left.left}" x2="${left.left + left.width}" y1="${y}" y2="${y}"/>`,
    text(left.left + left.width, y - 4, `objective ${maxLagSeconds} s`, 'over end'),
    ...(highest(outcome.lagSeconds) > scales.lag.most
      ? [text(left.left + 4, top + 12, '↑ higher at times', 'over')]
      : []),
    path('needed', areaOf(right, scales.time, scales.size, needed)),
    path('size', stepsOf(right, scales.time, scales.size, outcome.replicas)),
  ].join('\n');
}

function drawGrid({ left, top, width: across, height }: Box, axis: Axis): string {
  return axis.ticks
    .map(({ value, label }) => {
      const y = tidy(top + height - (value / axis.most) * height);
      return `<line class="grid" x1="${left}" x2="${left + across}" y1="${y}" y2="${y}"/>${text(left - 8, y + 4, label, 'quiet end')}`;
    })
    .join('\n');
}

function drawTimes(left: number, bottom: number, { ticks, most }: Axis): string {
  return ticks
    .map(({ value, label }) => {
      const x = tidy(left + (value / most) * chart.width);
      return `<line class="grid" x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 5}"/>${text(x, bottom + 19, label, 'quiet middle')}`;
    })
    .join('\n');
}

/** The highest value of each column of pixels, so that no peak is lost. */
function linesOf(box: Box, time: Axis, axis: Axis, values: readonly number[]): string {
  return `M${peaksOf(values)
    .map(({ second, value }) => pointOf(box, time, axis, second, value))
    .join('L')}`;
}

function areaOf(box: Box, time: Axis, axis: Axis, values: readonly number[]): string {
  const inside = meansOf(values).map(({ second, value }) => pointOf(box, time, axis, second, value));
  return `M${[pointOf(box, time, axis, 0, 0), ...inside, pointOf(box, time, axis, values.length, 0)].join('L')}Z`;
}

function stepsOf(box: Box, time: Axis, axis: Axis, values: readonly number[]): string {
  const changes = [...values.entries()].filter(([second, value]) => second === 0 || value !== values[second - 1]);
  const steps = changes.flatMap(([second, value], at) => {
    const until = changes[at + 1]?.[0] ?? values.length;
    return [pointOf(box, time, axis, second, value), pointOf(box, time, axis, until, value)];
  });
  return `M${steps.join('L')}`;
}

interface Sample {
  second: number;
  value: number;
}

function peaksOf(values: readonly number[]): Sample[] {
  return columnsOf(values).map(({ from, part }) => ({ second: from, value: highest(part) }));
}

function meansOf(values: readonly number[]): Sample[] {
  return columnsOf(values).map(({ from, part }) => {
    return { second: from, value: part.reduce((sum, value) => sum + value, 0) / part.length };
  });
}

function columnsOf(values: readonly number[]): { from: number; part: readonly number[] }[] {
  const each = Math.max(1, Math.ceil(values.length / chart.width));
  return Array.from({ length: Math.ceil(values.length / each) }, (_, at) => {
    return { from: at * each, part: values.slice(at * each, (at + 1) * each) };
  });
}

function pointOf(box: Box, time: Axis, axis: Axis, second: number, value: number): string {
  const { x, y } = inBox(box, time, axis)(second, value);
  return `${x} ${y}`;
}

function leftOf(column: number): number {
  return margin + labelWidth + gap.across * (column + 1) + chart.width * column;
}

/** Without a spread: a trace may have more seconds than a call has room for arguments. */
function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function path(kind: string, data: string): string {
  return `<path class="${kind}" d="${data}"/>`;
}

function text(x: number, y: number, words: string, kind: string): string {
  return `<text class="${kind}" x="${x}" y="${y}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function tidy(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
