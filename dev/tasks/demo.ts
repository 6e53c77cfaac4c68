import { stdout } from 'node:process';
import { parseArgs } from 'node:util';
import type { Check } from '../demo/checks.ts';
import { checkDemo, showDemo } from '../demo/demo.ts';
import { createPaint, type Paint } from '../demo/screen/paint.ts';
import { createLineScreen, createLiveScreen, type Screen } from '../demo/screen/screen.ts';
import { elapsed, print } from '../setup/progress.mjs';

const INTERRUPTED = 130;

const INTRODUCTION = `Sluice demo: a small marketplace on a Kubernetes, a Kafka, a schema registry and a database
of its own.
Orders come in over HTTP and pass through four consumers, each with its own topic and its own lag. The operator made
the topics and registered the schemas; now it gives each consumer as many replicas as its lag and its load ask for.
Replicas are shown as they are, as they should be, and as many as would be of use; lag is the age of the oldest record.
`;

function createScreen(paint: Paint): Screen {
  return stdout.isTTY ? createLiveScreen(stdout, paint) : createLineScreen((line) => stdout.write(`${line}\n`));
}

function describeChecks(checks: readonly Check[], paint: Paint): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, ok, figure }) => {
    return `${ok ? paint.green('✓') : paint.red('✗')} ${name.padEnd(width)}  ${paint.dim(figure)}`;
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Runs the demo until Ctrl-C; with `--check` it goes through a fixed load, and fails unless all it promises was seen. */
export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { check: { type: 'boolean', default: false } } });
  const { check } = values;
  const sinceMs = performance.now();
  const paint = createPaint(Boolean(stdout.isTTY) && !process.env.NO_COLOR);
  const screen = createScreen(paint);
  print(`${INTRODUCTION}${check ? 'Seven minutes or so, then the verdict.' : 'Ctrl-C ends it.'}\n`);
  try {
    const checks = check ? await checkDemo(screen, signal) : await showDemo(screen, signal);
    const passed = checks.filter(({ ok }) => ok).length;
    stdout.write(`\n${describeChecks(checks, paint)}`);
    stdout.write(`\n${passed} of ${checks.length} checks passed in ${elapsed(performance.now() - sinceMs)}\n`);
    return passed === checks.length ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    return check ? INTERRUPTED : 0;
  }
}
