import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openNursery } from '../../dev/setup/processes.mjs';
import { Part } from '../../dev/world/parts/part.ts';

const nursery = await openNursery();
const folder = mkdtempSync(join(tmpdir(), 'sluice-part-'));
afterAll(async () => {
  await nursery.close();
  rmSync(folder, { recursive: true });
});

function createPart(answers: (signal: AbortSignal) => Promise<boolean>): Part {
  const logFile = join(folder, 'part.log');
  return new Part({ name: 'part', command: 'sleep', args: ['600'], logFile, answers, withinMs: 5_000 }, nursery);
}

it('says how it is now, not how it was at the start', async () => {
  let well = true;
  const part = createPart(async () => well);
  expect(await part.look()).toBe('ended');
  await part.start();
  expect(await part.look()).toBe('answers');
  well = false;
  expect(await part.look()).toBe('silent');
  well = true;
  await part.kill();
  expect(await part.look()).toBe('ended');
});

it.each([
  { of: 'refuses', answers: () => Promise.reject(new Error('no')) },
  { of: 'never answers', answers: () => new Promise<boolean>(() => {}) },
])('is silent when it $of', async ({ answers }) => {
  const part = createPart(answers);
  part.launch();
  expect(await part.look(50)).toBe('silent');
  await part.kill();
});
