import { defineConfig } from 'vitest/config';

/**
 * What starts parts of the world waits for them. Unit tests take milliseconds, on a busy machine seconds, those that try
 * many inputs a minute. No test has a limit of its own: only what hangs should meet one.
 */
const PATIENT = { testTimeout: 300_000, hookTimeout: 300_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/layers.test.ts'],
          ...PATIENT,
        },
      },
      {
        test: {
          name: 'dev',
          include: ['test/dev/**/*.test.ts'],
          ...PATIENT,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          globalSetup: 'test/world.ts',
          ...PATIENT,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: 'test/world.ts',
          // Each wait ends by itself and says what was still wrong, which the end of a test would not.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'permissions',
          include: ['test/permissions/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'image',
          include: ['test/image/**/*.test.ts'],
          // Builds take as long as npm and the machine need; the phase has a limit of its own.
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'chart',
          include: ['test/chart/**/*.test.ts'],
          // Where Helm is not in the cache yet, it is built first.
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          ...PATIENT,
          testTimeout: 600_000,
        },
      },
    ],
  },
});
