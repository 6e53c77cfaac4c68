import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, expect, inject, it } from 'vitest';
import { createCodec } from '../../../sdk/src/kafka/codec.ts';
import { openDatabase } from '../../../sdk/src/postgres/database.ts';
import { eventually } from '../../helpers/eventually.ts';
import { ADDRESSES, createTopic, ended, log, send, start } from './support/stage.ts';

const HOST = '127.100.252.10';
const within = { within: 60_000 };
const service = start('../../../../examples/sdk/greeter.ts', { POD_IP: HOST });
const hello = start('../../../../examples/sdk/hello.ts', { POD_IP: '127.100.252.11' });
afterAll(() => {
  service.kill('SIGKILL');
  hello.kill('SIGKILL');
});

function linesOf({ stdout }: ChildProcess): readonly Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  if (stdout) createInterface({ input: stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  return lines;
}

async function registerSchema(): Promise<void> {
  const schema = { type: 'record', name: 'Greeting', fields: [{ name: 'name', type: 'string' }] };
  const response = await fetch(`${inject('world').registry.url}/subjects/greetings-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  expect(response.status).toBe(200);
}

const get = (path: string) => fetch(`http://${HOST}:8080${path}`);

it('the examples work: one waits for its topic, greets everybody once, can be watched, and ends in good order', async () => {
  const [lines, linesOfHello] = [linesOf(service), linesOf(hello)];
  await eventually(async () => {
    const ready = await get('/readyz');
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('topics greetings')]);
  }, within);
  expect((await get('/healthz')).status).toBe(200);

  await registerSchema();
  await createTopic('greetings', 2);
  const encode = await createCodec(ADDRESSES.REGISTRY_URL).encoderFor('greetings-value');
  const greet = async (name: string, id: string) => ({
    topic: 'greetings',
    key: name,
    value: await encode({ name }),
    headers: { ce_id: id, ce_correlationid: `story of ${name}` },
  });
  await send([await greet('Ada', '1'), await greet('Bob', '2'), await greet('Ada', '1')]);
  await eventually(async () => {
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('greeter_processing_seconds_count{topic="greetings"} 3');
    expect(metrics).toContain('greeter_duplicates_dropped_total{group="greeter"} 1');
  }, within);
  expect((await get('/readyz')).status).toBe(200);

  // It has no inbox.
  const names = () => linesOfHello.filter(({ message }) => message === 'hello').map(({ name }) => name);
  await eventually(() => expect(names().sort()).toEqual(['Ada', 'Ada', 'Bob']), within);

  service.kill('SIGTERM');
  hello.kill('SIGTERM');
  expect([await ended(service), await ended(hello)]).toEqual([0, 0]);
  const greeted = lines.filter(({ message }) => message === 'greeted');
  expect(greeted.map(({ name, correlationId, level }) => [name, correlationId, level]).sort()).toEqual([
    ['Ada', 'story of Ada', 'info'],
    ['Bob', 'story of Bob', 'info'],
  ]);
  const database = await openDatabase({ url: ADDRESSES.DATABASE_URL, schema: 'greeter', log });
  expect((await database.query('SELECT name FROM greeting ORDER BY name')).rows).toEqual([
    { name: 'Ada' },
    { name: 'Bob' },
  ]);
  await database.close();
});
