import { expect, test } from 'vitest';
import { createLog, type LogLevel } from '../../../src/adapters/log.ts';
import { Fault } from '../../../src/ports/fault.ts';
import type { Log, LogFields } from '../../../src/ports/log.ts';

/** A log and what it has written. */
function open(level: LogLevel = 'debug'): { log: Log; text: () => string; lines: () => Record<string, unknown>[] } {
  const chunks: string[] = [];
  const text = () => chunks.join('');
  const lines = () =>
    text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { log: createLog(level, { write: (chunk) => void chunks.push(chunk) }), text, lines };
}

test('writes one line of JSON with time, level, message and fields', () => {
  const { log, lines } = open();
  log.info('created', { topic: 'orders', partitions: 6 });
  expect(lines()).toEqual([
    { time: expect.any(String), level: 'info', message: 'created', topic: 'orders', partitions: 6 },
  ]);
  const time = String(lines()[0]?.time);
  expect(new Date(time).toISOString()).toBe(time);
});

test.each<{ level: LogLevel; writes: readonly LogLevel[] }>([
  { level: 'debug', writes: ['debug', 'info', 'warn', 'error'] },
  { level: 'info', writes: ['info', 'warn', 'error'] },
  { level: 'warn', writes: ['warn', 'error'] },
  { level: 'error', writes: ['error'] },
])('at level $level writes $writes', ({ level, writes }) => {
  const { log, lines } = open(level);
  for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name]('x');
  expect(lines().map((line) => line.level)).toEqual(writes);
});

test('adds the fields of a child to each of its lines, and to no others', () => {
  const { log, lines } = open();
  const child = log.child({ kind: 'EventTopic' }).child({ key: 'shop/orders' });
  child.info('a', { key2: 1 });
  log.info('b');
  expect(lines()[0]).toMatchObject({ kind: 'EventTopic', key: 'shop/orders', key2: 1 });
  expect(lines()[1]).not.toHaveProperty('kind');
});

test('takes a message as it is, with percent signs and line ends', () => {
  const { log, lines } = open();
  const message = '100% of %s and %d {}\nsecond line "quoted"';
  log.warn(message, { a: 1 });
  log.warn(message);
  expect(lines().map((line) => line.message)).toEqual([message, message]);
});

test.each<{ it: string; fields: LogFields }>([
  { it: 'at the top', fields: { password: 'hunter2' } },
  { it: 'in an object', fields: { sasl: { username: 'me', password: 'hunter2' } } },
  { it: 'in a list', fields: { users: [{ name: 'me', accessToken: 'hunter2' }] } },
  { it: 'deep down', fields: { a: { b: { c: { d: { Authorization: 'Bearer hunter2' } } } } } },
  {
    it: 'below the depth that is shown',
    fields: { a: { b: { c: { d: { e: { f: { g: { h: { i: { x: 'hunter2' } } } } } } } } } },
  },
  { it: 'as an object', fields: { clientSecret: { value: 'hunter2' } } },
  { it: 'in a map', fields: { headers: new Map([['x', { 'set-cookie': 'hunter2' }]]) } },
  { it: 'as an entry of a map', fields: { config: new Map([['sasl.password', 'hunter2']]) } },
  { it: 'in an error', fields: { error: Object.assign(new Error('refused'), { request: { token: 'hunter2' } }) } },
  { it: 'under a name with another case', fields: { API_KEY: 'hunter2', apiKey: 'hunter2', 'private-key': 'hunter2' } },
])('never shows a secret $it', ({ fields }) => {
  const { log, text } = open();
  log.info('connecting', fields);
  log.child(fields).info('connecting');
  expect(text()).not.toContain('hunter2');
  expect(text().trimEnd().split('\n')).toHaveLength(2);
});

test('leaves the fields of the caller as they are', () => {
  const fields = { sasl: { password: 'hunter2' } };
  open().log.info('x', fields);
  expect(fields).toEqual({ sasl: { password: 'hunter2' } });
});

test('writes an error with its type, stack, code and cause', () => {
  const { log, lines } = open();
  const cause = new Error('connect ECONNREFUSED');
  log.error('failed', { error: new Fault('kafka', 'unavailable', 'no broker', { code: 'ECONNREFUSED', cause }) });
  expect(lines()[0]?.error).toMatchObject({
    message: expect.stringContaining('no broker'),
    code: 'ECONNREFUSED',
    system: 'kafka',
  });
  expect(JSON.stringify(lines()[0])).toContain('log.test.ts');
  expect(JSON.stringify(lines()[0])).toContain('connect ECONNREFUSED');
});

test('writes what JSON has no word for', () => {
  const { log, lines } = open();
  const circle: Record<string, unknown> = { name: 'round' };
  circle.self = circle;
  log.info('odd', {
    offset: 9_007_199_254_740_993n,
    circle,
    set: new Set([1n]),
    config: new Map([['retention.ms', '1']]),
    when: new Date(0),
    nothing: undefined,
  });
  expect(lines()[0]).toMatchObject({
    offset: '9007199254740993',
    circle: { name: 'round' },
    set: ['1'],
    config: { 'retention.ms': '1' },
    when: '1970-01-01T00:00:00.000Z',
  });
});
