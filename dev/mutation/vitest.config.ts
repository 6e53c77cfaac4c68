import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { ROOT } from '../setup/dependencies.mjs';
import { Journal } from './journal.ts';
import { STUCK_MS } from './run.ts';

const journal = new Journal(process.env.SLUICE_MUTATION ?? '');
const mutated = journal.mutatedFiles();
const places = [...mutated.keys()].map((path) => path.replace(`${ROOT}src/`, `${ROOT}test/unit/`).replace(/\.ts$/, ''));

/** A test beside its source notices most, and short files are over soon. */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ({ moduleId }: TestSpecification) =>
      (places.some((place) => moduleId.startsWith(place)) ? 0 : 1_000_000) + readFileSync(moduleId).length;
    return files.toSorted((a, b) => order(a) - order(b));
  }
}

/** Unit tests on files that hold all their mutants. The working tree stays as it is. */
export default defineConfig({
  root: ROOT,
  plugins: [{ name: 'mutants', enforce: 'pre', load: (id) => mutated.get(id) }],
  test: {
    include: ['test/unit/**/*.test.ts'],
    runner: new URL('runner.ts', import.meta.url).pathname,
    sequence: { sequencer: NearestFirst },
    // Where a test runs more than once, the runner has limits of its own.
    testTimeout: process.env.SLUICE_MUTANT === undefined ? 600_000 : STUCK_MS,
    fsModuleCache: false,
    dangerouslyIgnoreUnhandledErrors: true,
  },
});
