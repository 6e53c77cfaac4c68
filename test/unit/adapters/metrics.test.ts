import { register } from 'prom-client';
import { expect, test } from 'vitest';
import { createMetrics, type MetricsPage } from '../../../src/adapters/metrics.ts';

/** The lines of the page about one metric, without its comments. */
async function linesOf(metrics: MetricsPage, name: string): Promise<readonly string[]> {
  const lines = (await metrics.render()).split('\n');
  return lines.filter((line) => line.startsWith(name));
}

test('counts', async () => {
  const metrics = createMetrics();
  const counter = metrics.counter('sluice_rounds_total', 'Rounds.', ['kind']);
  counter.add({ kind: 'EventTopic' });
  counter.add({ kind: 'EventTopic' }, 2);
  counter.add({ kind: 'EventSchema' });
  expect(await linesOf(metrics, 'sluice_rounds_total')).toEqual([
    'sluice_rounds_total{kind="EventTopic"} 3',
    'sluice_rounds_total{kind="EventSchema"} 1',
  ]);
});

test('shows a counter without labels before it has counted', async () => {
  const metrics = createMetrics();
  const counter = metrics.counter('sluice_bugs_total', 'Bugs.');
  expect(await linesOf(metrics, 'sluice_bugs_total')).toEqual(['sluice_bugs_total 0']);
  counter.add();
  expect(await linesOf(metrics, 'sluice_bugs_total')).toEqual(['sluice_bugs_total 1']);
});

test('sets a gauge and forgets one series of it', async () => {
  const metrics = createMetrics();
  const gauge = metrics.gauge('sluice_lag_records', 'Lag.', ['group']);
  gauge.set(7, { group: 'a' });
  gauge.set(8, { group: 'b' });
  gauge.set(0, { group: 'b' });
  gauge.remove({ group: 'a' });
  expect(await linesOf(metrics, 'sluice_lag_records')).toEqual(['sluice_lag_records{group="b"} 0']);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('has no series for a gauge of %d', async (value) => {
  const metrics = createMetrics();
  const gauge = metrics.gauge('sluice_lag_seconds', 'Lag.', ['group']);
  gauge.set(7, { group: 'a' });
  gauge.set(value, { group: 'a' });
  expect(await linesOf(metrics, 'sluice_lag_seconds')).toEqual([]);
});

test('sorts observations into buckets of seconds', async () => {
  const metrics = createMetrics();
  const histogram = metrics.histogram('sluice_round_seconds', 'Rounds.', ['kind']);
  for (const seconds of [0.02, 3, 90]) histogram.observe(seconds, { kind: 'EventTopic' });
  const lines = await linesOf(metrics, 'sluice_round_seconds');
  expect(lines).toContain('sluice_round_seconds_bucket{le="0.01",kind="EventTopic"} 0');
  expect(lines).toContain('sluice_round_seconds_bucket{le="0.025",kind="EventTopic"} 1');
  expect(lines).toContain('sluice_round_seconds_bucket{le="60",kind="EventTopic"} 2');
  expect(lines).toContain('sluice_round_seconds_count{kind="EventTopic"} 3');
});

test('gives the same series to all who ask for a name', async () => {
  const metrics = createMetrics();
  for (let n = 0; n < 3; n += 1) {
    metrics.counter('sluice_a_total', 'A.').add();
    metrics.gauge('sluice_b', 'B.').set(n);
    metrics.histogram('sluice_c_seconds', 'C.').observe(1);
  }
  expect(await linesOf(metrics, 'sluice_a_total')).toEqual(['sluice_a_total 3']);
  expect(await linesOf(metrics, 'sluice_b')).toEqual(['sluice_b 2']);
  expect(await linesOf(metrics, 'sluice_c_seconds_count')).toEqual(['sluice_c_seconds_count 3']);
});

test('refuses a name that has another type', () => {
  const metrics = createMetrics();
  metrics.counter('sluice_a_total', 'A.');
  expect(() => metrics.gauge('sluice_a_total', 'A.')).toThrow('sluice_a_total exists as another type than Gauge');
});

test('refuses a label that was not announced', () => {
  const counter = createMetrics().counter('sluice_a_total', 'A.', ['kind']);
  expect(() => counter.add({ topic: 'orders' })).toThrow('topic');
});

test('keeps what tenants choose inside its quotes', async () => {
  const metrics = createMetrics();
  metrics.gauge('sluice_b', 'B.', ['group']).set(1, { group: 'a"} 9\nsluice_b{group="x' });
  expect(await linesOf(metrics, 'sluice_b')).toEqual(['sluice_b{group="a\\"} 9\\nsluice_b{group=\\"x"} 1']);
});

test('keeps two pages apart and leaves the global one empty', async () => {
  const metrics = createMetrics();
  createMetrics().counter('sluice_a_total', 'A.').add();
  expect(await linesOf(metrics, 'sluice_a_total')).toEqual([]);
  expect(register.getMetricsAsArray()).toEqual([]);
});

test('shows the process as well, in the format that Prometheus reads', async () => {
  const metrics = createMetrics();
  expect(await linesOf(metrics, 'process_resident_memory_bytes')).toHaveLength(1);
  expect(await linesOf(metrics, 'nodejs_eventloop_lag_p99_seconds')).toHaveLength(1);
  expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
});
