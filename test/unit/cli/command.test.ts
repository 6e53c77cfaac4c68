import { describe, expect, it } from 'vitest';
import { type Flags, readArguments } from '../../../src/cli/command.ts';
import { nearest } from '../../../src/cli/suggest.ts';

const flags: Flags = {
  namespace: { short: 'n', value: 'NAME', text: '' },
  output: { short: 'o', value: 'DIR', text: '' },
  filename: { short: 'f', value: 'FILE', repeated: true, text: '' },
  unowned: { text: '' },
};

describe('arguments', () => {
  it.each([
    { args: ['-n', 'shop'] },
    { args: ['-nshop'] },
    { args: ['-n=shop'] },
    { args: ['--namespace', 'shop'] },
    { args: ['--namespace=shop'] },
  ])('are read as kubectl reads them: $args', ({ args }) => {
    expect(readArguments(args, flags).text('namespace')).toBe('shop');
  });

  it('keep words, flags that repeat, and a dash for standard input', () => {
    const given = readArguments(['a.*', '-f', '-', '--unowned', '-f', 'b.yaml', '*'], flags);
    expect(given.words).toEqual(['a.*', '*']);
    expect(given.texts('filename')).toEqual(['-', 'b.yaml']);
    expect([given.has('unowned'), given.has('output')]).toEqual([true, false]);
  });

  it('after -- are words', () => {
    expect(readArguments(['--', '--unowned'], flags).words).toEqual(['--unowned']);
  });
});

describe('a flag that is not known', () => {
  it.each(['--constructor', '--__proto__', '--toString'])('is refused, whatever every object has: %s', (flag) => {
    expect(() => readArguments([flag], flags)).toThrow(`unknown flag ${flag}`);
  });
});

describe('the nearest word', () => {
  it.each([
    { word: 'imprt', nearest: 'import' },
    { word: 'ipmort', nearest: 'import' },
    { word: 'versoin', nearest: 'version' },
    { word: 'x', nearest: undefined },
    { word: 'delete', nearest: undefined },
    { word: '', nearest: undefined },
  ])('to "$word" is $nearest', ({ word, nearest: expected }) => {
    expect(nearest(word, ['import', 'diff', 'version'])).toBe(expected);
  });
});
