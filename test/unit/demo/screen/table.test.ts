import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createPaint } from '../../../../dev/demo/screen/paint.ts';
import { renderTable, sparkline } from '../../../../dev/demo/screen/table.ts';
import { clockTime } from '../../../../dev/demo/screen/view.ts';
import { look, move, view } from '../looks.ts';

const plain = createPaint(false);
const lineWith = (lines: readonly string[], text: string) => lines.find((line) => line.includes(text));

describe('the table', () => {
  it('shows how long it has run, the load, and what happens now', () => {
    const lines = renderTable(view(), 100, plain);
    expect(lines[0]).toMatch(/^ {2}Sluice · .* 2:05$/);
    expect(lineWith(lines, '  load ')).toContain('60/s  burst: many orders');
  });

  it('shows how many orders were placed and shipped, how fast, and how many are on their way', () => {
    const lines = renderTable(view(), 100, plain);
    expect(lineWith(lines, 'placed')).toMatch(/placed +3,412 +58\.9\/s +▂█$/);
    expect(lineWith(lines, 'shipped ')).toMatch(/shipped +3,000 +39\.8\/s +▁▅$/);
    expect(lineWith(lines, 'in flight')).toMatch(/in flight +412$/);
  });

  it('shows of each consumer its replicas, its lag and why it has that size', () => {
    const replicas = { current: 3, ready: 2, desired: 3, max: 4 };
    const lag = { records: 300, seconds: 10 };
    const why = { reason: 'LagOverObjective', message: '3 replicas can catch up' };
    const seen = look(0, { replicas, lag, withinObjective: false, why });
    expect(lineWith(renderTable(view({ look: seen }), 100, plain), 'shipping')).toBe(
      '  shipping          ●●○· 3/3/4      ≥ 10 s    3 replicas can catch up',
    );
  });

  it('says so where nothing is known', () => {
    const seen = { ...look(0, { lag: { records: undefined, seconds: undefined } }), orders: undefined };
    const lines = renderTable(view({ look: seen, throughput: undefined }), 100, plain);
    expect(lineWith(lines, 'shipping')).toContain(' ?  ');
    expect(lineWith(lines, 'in flight')).toMatch(/–$/);
  });

  it('shows the last changes of size with their time and reason', () => {
    const moves = Array.from({ length: 9 }, (_, index) => move({ atMs: 10_000 + index * 60_000, to: index }));
    const lines = renderTable(view({ moves }), 100, plain);
    expect(lineWith(lines, '1 → 2')).toBeUndefined();
    expect(lineWith(lines, '1 → 8')).toBe('   8:00  shipping          1 → 8    lag 12 s');
  });

  it('says so while no size has changed', () => {
    expect(lineWith(renderTable(view(), 100, plain), 'none yet')).toBeDefined();
  });

  it('tells where to look further', () => {
    const text = renderTable(view(), 100, plain).join('\n');
    expect(text).toContain('http://127.100.3.12:8080/');
    expect(text).toContain('export KUBECONFIG="/a folder/kubeconfig"');
    expect(text).toContain('Ctrl-C');
  });

  it.each([60, 80, 120])('keeps what changes within %i characters, and the same height', (width) => {
    const long = 'many words '.repeat(30);
    const why = { reason: 'X', message: long };
    const full = view({ look: look(0, { why }), stage: { name: 'burst', says: long }, moves: [move({ why: long })] });
    const lines = renderTable(full, width, createPaint(true)).map(stripVTControlCharacters);
    const fixed = lines.filter((line) => !line.includes('KUBECONFIG'));
    expect(Math.max(...fixed.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines).toHaveLength(renderTable(view(), width, plain).length);
  });
});

describe('paint', () => {
  it('leaves text as it is where there are no colours', () => {
    expect(plain.bold(plain.red('late'))).toBe('late');
  });

  it('ends what it begins', () => {
    expect(createPaint(true).red('late')).toBe('\x1b[31mlate\x1b[0m');
  });
});

describe('sparkline', () => {
  const rows = [
    { it: 'draws nothing for nothing', values: [], drawn: '' },
    { it: 'draws from the lowest to the highest', values: [0, 50, 100], drawn: '▁▅█' },
    { it: 'draws what is above the most as the highest', values: [300], drawn: '█' },
  ];
  it.each(rows)('$it', ({ values, drawn }) => {
    expect(sparkline(values, 100)).toBe(drawn);
  });
});

it.each([
  { ms: 0, time: '0:00' },
  { ms: 59_999, time: '0:59' },
  { ms: 3_605_000, time: '60:05' },
  { ms: -5, time: '0:00' },
])('writes $ms ms as $time', ({ ms, time }) => {
  expect(clockTime(ms)).toBe(time);
});
