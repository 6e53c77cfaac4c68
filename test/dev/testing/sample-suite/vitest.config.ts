import { defineConfig } from 'vitest/config';

/** Small suites in which everything goes wrong, to see that it is counted. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    projects: [
      { test: { name: 'quick', include: ['*.sample.ts'] } },
      { test: { name: 'endless', include: ['*.slow.ts'] } },
    ],
  },
});
