import { exportLine } from '../../world/shell.ts';
import { atLeast, count } from '../checks.ts';
import type { ConsumerLook } from '../look.ts';
import type { Paint } from './paint.ts';
import { clockTime, type View } from './view.ts';

const BARS = '▁▂▃▄▅▆▇█';
const SHOWN_BARS = 40;
const SHOWN_MOVES = 6;
const NAME = 18;
const REPLICAS = 16;
const LAG = 10;
const margin = '  ';

/** The live table as lines of at most `width` characters. Always as many lines, so that nothing jumps. */
export function renderTable(view: View, width: number, paint: Paint): readonly string[] {
  const { nowMs, sinceMs, stage, rate, page, kubeconfig } = view;
  const title = 'Sluice · a marketplace under load';
  const time = clockTime(nowMs - sinceMs);
  const now = `${stage.name}: ${stage.says}`;
  const line = (text: string) => cut(margin + text, width);
  return [
    `${margin}${paint.bold(title)}${time.padStart(width - margin.length - title.length)}`,
    '',
    `${line(`load      ${`${Math.round(rate)}/s`.padEnd(6)}${now}`)}`,
    ...renderOrders(view, width, paint),
    '',
    paint.dim(line(columns('consumer', 'replicas', `lag`, 'why it has this size'))),
    ...(view.look?.consumers ?? []).map((consumer) => renderConsumer(consumer, width, paint)),
    '',
    paint.dim(line('last changes of size')),
    ...renderMoves(view, width),
    '',
    `${margin}${paint.dim('orders   ')} ${page}`,
    `${margin}${paint.dim('kubectl  ')} ${exportLine(kubeconfig).trimEnd()}`,
    `${margin}${paint.dim('Ctrl-C ends it all')}`,
  ];
}

function renderOrders({ look, throughput, bars }: View, width: number, paint: Paint): readonly string[] {
  const most = Math.max(1, ...bars.flatMap(({ placed, shipped }) => [placed, shipped]));
  const room = Math.max(0, Math.min(SHOWN_BARS, width - 40));
  const row = (name: string, total: number | undefined, rate: number | undefined, values: readonly number[]) => {
    const figures = `${total === undefined ? '–' : count(total)}`.padEnd(9) + describeRate(rate).padEnd(9);
    return `${margin}${name.padEnd(10)}${figures}${paint.blue(sparkline(values.slice(-room), most))}`;
  };
  const { orders } = look ?? {};
  return [
    row(
      'placed',
      orders?.placed,
      throughput?.placed,
      bars.map(({ placed }) => placed),
    ),
    row(
      'shipped',
      orders?.shipped,
      throughput?.shipped,
      bars.map(({ shipped }) => shipped),
    ),
    `${margin}${'in flight'.padEnd(10)}${orders ? count(orders.inFlight) : '–'}`,
  ];
}

function describeRate(rate: number | undefined): string {
  return rate === undefined ? '' : `${rate.toFixed(1)}/s`;
}

/** One character for each value; `most` is full height. */
export function sparkline(values: readonly number[], most: number): string {
  const step = (value: number) => Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length));
  return values.map((value) => BARS[step(value)]).join('');
}

function renderConsumer(consumer: ConsumerLook, width: number, paint: Paint): string {
  const { name, replicas, lag, withinObjective, why } = consumer;
  const lagText = lag.seconds === undefined ? '?' : atLeast(lag.seconds);
  const colour = withinObjective === undefined ? paint.yellow : withinObjective ? paint.green : paint.red;
  const start = `${margin}${cut(name, NAME - 1).padEnd(NAME)}`;
  const room = Math.max(0, width - margin.length - NAME - REPLICAS - LAG);
  return [
    start,
    drawReplicas(replicas, paint),
    ' '.repeat(Math.max(1, REPLICAS - describeReplicas(replicas).length)),
    colour(lagText.padEnd(LAG)),
    cut(why.message, room),
  ].join('');
}

/** One dot for each replica that could be: ready, starting, or not asked for; then current/desired/max. */
function describeReplicas({ current, ready, desired, max }: ConsumerLook['replicas']): string {
  const dots = Math.max(current, max);
  const running = Math.min(ready, current);
  const text = '●'.repeat(running) + '○'.repeat(current - running) + '·'.repeat(dots - current);
  return `${text} ${current}/${desired}/${max}`;
}

function drawReplicas(replicas: ConsumerLook['replicas'], paint: Paint): string {
  const [dots = '', figures = ''] = describeReplicas(replicas).split(' ');
  return `${replicas.current === replicas.desired ? paint.green(dots) : paint.yellow(dots)} ${figures}`;
}

function renderMoves({ moves, sinceMs }: View, width: number): readonly string[] {
  const lines = moves.slice(-SHOWN_MOVES).map(({ atMs, consumer, from, to, why }) => {
    const time = clockTime(atMs - sinceMs).padStart(5);
    return cut(`${margin}${time}  ${consumer.padEnd(NAME)}${`${from} → ${to}`.padEnd(9)}${why}`, width);
  });
  const shown = lines.length > 0 ? lines : [`${margin}   –  none yet`];
  return Array.from({ length: SHOWN_MOVES }, (_, index) => shown[index] ?? '');
}

function columns(name: string, replicas: string, lag: string, why: string): string {
  return name.padEnd(NAME) + replicas.padEnd(REPLICAS) + lag.padEnd(LAG) + why;
}

/** The text, cut where it is too long. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
