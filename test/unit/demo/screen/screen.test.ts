import { expect, it } from 'vitest';
import { createLineScreen, fitRows } from '../../../../dev/demo/screen/screen.ts';
import { move, view } from '../looks.ts';

it('says once where to look, and then writes a line at each event', () => {
  const lines: string[] = [];
  const screen = createLineScreen((line) => lines.push(line));
  screen.stageBegins(view());
  screen.moved(move({ atMs: 20_000 }), view());
  screen.stageBegins(view({ stage: { name: 'drain', says: 'few orders' } }));
  expect(lines).toEqual([
    'orders   http://127.100.3.12:8080/',
    'kubectl  export KUBECONFIG="/a folder/kubeconfig"',
    ' 2:05 burst: many orders',
    ' 0:10 shipping goes from 1 to 3 replicas: lag 12 s',
    ' 2:05 drain: few orders',
  ]);
});

it('writes what it sees at once, and then every 10 s', () => {
  const lines: string[] = [];
  const screen = createLineScreen((line) => lines.push(line));
  for (const nowMs of [10_000, 15_000, 19_999, 20_000]) screen.show(view({ nowMs }));
  expect(lines).toEqual(
    ['0:00', '0:10'].map(
      (time) => ` ${time} load 60/s, placed 3,412, in flight 412, shipped 3,000; shipping 1/1/3 lag 0 s`,
    ),
  );
});

const rows = [
  { it: 'takes all lines where there is room', lines: ['a', ''], of: { columns: 10, rows: 5 }, fitting: 2, height: 2 },
  { it: 'leaves out the last ones', lines: ['a', 'b', 'c'], of: { columns: 10, rows: 2 }, fitting: 2, height: 2 },
  {
    it: 'counts a long line as often as it wraps',
    lines: ['a'.repeat(25), 'b'],
    of: { columns: 10, rows: 9 },
    fitting: 2,
    height: 4,
  },
  {
    it: 'does not count colours',
    lines: ['\x1b[31m0123456789\x1b[0m'],
    of: { columns: 10, rows: 9 },
    fitting: 1,
    height: 1,
  },
  {
    it: 'leaves out a long line that has no room',
    lines: ['a', 'b'.repeat(25)],
    of: { columns: 10, rows: 3 },
    fitting: 1,
    height: 1,
  },
];
it.each(rows)('$it', ({ lines, of, fitting, height }) => {
  expect(fitRows(lines, of.columns, of.rows)).toEqual({ lines: lines.slice(0, fitting), height });
});
