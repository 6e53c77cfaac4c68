import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { ROOT } from '../setup/dependencies.mjs';
import { Journal } from './journal.ts';
import { FOLDER } from './run.ts';

const journal = new Journal(process.env[FOLDER] ?? '');
const mutated = journal.mutatedFiles();
const places = [...mutated.keys()].map((path) => path.replace(`${ROOT}src/`, `${ROOT}test/unit/`).replace(/\.ts$/, ''));
const folders = new Set(places.map((place) => dirname(place)));
const FAR = 1_000_000;

/** The test of a source notices most, then those of its folder, and short files are over soon. */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ({ moduleId }: TestSpecification) => distanceOf(moduleId) + readFileSync(moduleId).length;
    return files.toSorted((a, b) => order(a) - order(b));
  }
}

function distanceOf(test: string): number {
  if (places.some((place) => test.startsWith(place))) return 0;
  return folders.has(dirname(test)) ? FAR : 2 * FAR;
}

/** Unit tests on files that hold all their mutants. The working tree stays as it is. */
export default defineConfig({
  root: ROOT,
  plugins: [{ name: 'mutants', enforce: 'pre', load: (id) => mutated.get(id) }],
  test: {
    include: ['test/unit/**/*.test.ts'],
    runner: new URL('runner.ts', import.meta.url).pathname,
    sequence: { sequencer: NearestFirst },
    // The runner has limits of its own.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    fsModuleCache: false,
    dangerouslyIgnoreUnhandledErrors: true,
  },
});
