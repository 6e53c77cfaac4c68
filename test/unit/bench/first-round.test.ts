import { describe, expect, it } from 'vitest';
import { firstRoundMs } from '../../../bench/first-round.ts';

function line(at: string, fields: object = {}): string {
  const round = { message: 'round', kind: 'event-topic', key: 'bench/a', outcome: 'recheck' };
  return JSON.stringify({ level: 'debug', time: `2026-01-01T10:00:${at}Z`, ...round, ...fields });
}

const at = (seconds: string) => Date.parse(`2026-01-01T10:00:${seconds}Z`);

describe('firstRoundMs', () => {
  const rows: readonly { it: string; lines: readonly string[]; is: number | undefined }[] = [
    { it: 'is the time of the first round', lines: [line('01.250'), line('02.000')], is: at('01.250') },
    {
      it: 'is not about other kinds',
      lines: [line('01.000', { kind: 'event-cluster' }), line('02.000')],
      is: at('02.000'),
    },
    { it: 'is not about rounds that failed', lines: [line('01.000', { outcome: 'retry' })], is: undefined },
    { it: 'is not about other news', lines: [line('01.000', { message: 'started' })], is: undefined },
    { it: 'passes over lines of others', lines: ['(node:1) Warning: x', line('03.000')], is: at('03.000') },
    { it: 'has to come first', lines: [], is: undefined },
  ];
  it.each(rows)('$it', ({ lines, is }) => {
    expect(firstRoundMs(lines)).toBe(is);
  });
});
