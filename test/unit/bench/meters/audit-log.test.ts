import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addCounts, byVerb, countRequests, Tail } from '../../../../bench/meters/audit-log.ts';

const operator = 'system:serviceaccount:sluice-system:sluice-operator';
const status = { resource: 'eventtopics', subresource: 'status', namespace: 'bench', name: 'a' };

function line(verb: string, objectRef: object | null = status, username = operator): string {
  return JSON.stringify({ kind: 'Event', verb, user: { username }, ...(objectRef && { objectRef }) });
}

describe('countRequests', () => {
  const rows: readonly { it: string; lines: readonly string[]; counts: Readonly<Record<string, number>> }[] = [
    {
      it: 'counts by verb and resource',
      lines: [line('patch'), line('patch'), line('create', { resource: 'events' })],
      counts: { 'patch eventtopics/status': 2, 'create events': 1 },
    },
    {
      it: 'counts what is about no resource',
      lines: [line('get', undefined)],
      counts: { 'get eventtopics/status': 1 },
    },
    { it: 'leaves out others', lines: [line('patch', status, 'admin')], counts: {} },
    { it: 'leaves out others with a longer name', lines: [line('patch', status, `${operator}-2`)], counts: {} },
  ];
  it.each(rows)('$it', ({ lines, counts }) => {
    expect(Object.fromEntries(countRequests(lines, operator))).toEqual(counts);
  });
});

it('adds counts', () => {
  const sum = addCounts(new Map([['get a', 1]]), new Map([...Object.entries({ 'get a': 2, 'get b': 3 })]));
  expect(Object.fromEntries(sum)).toEqual({ 'get a': 3, 'get b': 3 });
});

it('sums requests by verb', () => {
  const counts = new Map(Object.entries({ 'patch a/status': 2, 'patch b': 3, 'create events': 4, get: 1 }));
  expect(byVerb(counts)).toEqual({ patch: 5, create: 4, get: 1 });
});

describe('Tail', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tail-'));
    path = join(folder, 'log');
    writeFileSync(path, '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives each line once', () => {
    writeFileSync(path, 'one\ntwo\n');
    const tail = new Tail(path);
    expect(tail.read()).toEqual(['one', 'two']);
    expect(tail.read()).toEqual([]);
    appendFileSync(path, 'three\n');
    expect(tail.read()).toEqual(['three']);
  });

  it('waits for the rest of a line, in the middle of a letter too', () => {
    const tail = new Tail(path);
    const bytes = Buffer.from('grün\nblau\n');
    appendFileSync(path, bytes.subarray(0, 3));
    expect(tail.read()).toEqual([]);
    appendFileSync(path, bytes.subarray(3));
    expect(tail.read()).toEqual(['grün', 'blau']);
  });

  it('reads more than fits its buffer', () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `${index} ${'x'.repeat(50)}`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    expect(new Tail(path).read()).toEqual(lines);
  });
});
