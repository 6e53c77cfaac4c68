import { describe, expect, it } from 'vitest';
import { SharedReads } from '../../../src/controllers/shared-reads.ts';

describe('shared reads', () => {
  it('are one for all who ask together, and never one that began before it was asked for', async () => {
    const reads = new SharedReads<number>();
    const answers: ((value: number) => void)[] = [];
    const load = () => new Promise<number>((resolve) => void answers.push(resolve));
    const first = [reads.read('a', load), reads.read('a', load)];
    await new Promise((resolve) => setImmediate(resolve));
    expect(answers).toHaveLength(1);
    const later = [reads.read('a', load), reads.read('a', load)];
    answers[0]?.(1);
    expect(await Promise.all(first)).toEqual([1, 1]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(answers).toHaveLength(2);
    answers[1]?.(2);
    expect(await Promise.all(later)).toEqual([2, 2]);
  });

  it('that fail hold up none that come later', async () => {
    const reads = new SharedReads<number>();
    const failed = expect(reads.read('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await new Promise((resolve) => setImmediate(resolve));
    const next = reads.read('a', async () => 2);
    await failed;
    expect(await next).toBe(2);
  });
});
