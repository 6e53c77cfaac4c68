import type { TestRunner } from 'vitest';
import { Journal } from './journal.ts';
import { FOLDER, SLOW_TESTS } from './run.ts';

export type Test = Parameters<TestRunner['onAfterRetryTask']>[0];

/** What a test takes without a mutant. */
export interface Clean {
  ms: number;
  steps: number;
}

/** A test that takes longer waits until all others were run with all mutants. */
const QUICK_MS = 200;
/** How long such a test is run with mutants. */
export const SLOW_TEST_MS = 10_000;
/** How much longer a mutant may take than the code as it is, in milliseconds and in steps, before it is taken for endless. */
const patient = (clean: number, floor: number) => floor + 10 * clean;
const FLOOR_MS = 300;
const FLOOR_STEPS = 100_000;
export const patientMs = (clean: Clean): number => patient(clean.ms, FLOOR_MS);

export const journal = new Journal(process.env[FOLDER] ?? '');
/** Whether it is the slow tests' turn. */
export const slowTurn = process.env[SLOW_TESTS] !== undefined;
export const comesTooEarly = (clean: Clean): boolean => !slowTurn && clean.ms > QUICK_MS;

/** What the mutated files ask: which mutant is active. While none is, it notes which mutants the code reaches. */
export const mutants = {
  active: undefined as number | undefined,
  reached: new Set<number>(),
  steps: 0,
  stepLimit: Number.POSITIVE_INFINITY,
};
Object.assign(globalThis, {
  __mutant: (id: number) => {
    mutants.steps += 1;
    if (mutants.active === undefined) mutants.reached.add(id);
    else if (mutants.steps > mutants.stepLimit) throw new Error('a loop that does not end');
    return id === mutants.active;
  },
});

export function activate(id: number | undefined, clean?: Clean): void {
  Object.assign(mutants, { active: id, steps: 0, stepLimit: patient(clean?.steps ?? 0, FLOOR_STEPS) });
  journal.noteRunning(process.pid, id);
}

export function nameOf({ file, fullTestName }: Test): string {
  return `${file.name} > ${fullTestName}`;
}
