// @ts-check
// The entry to every task: `node dev/run.mjs TASK`. Plain JavaScript without dependencies for any Node from 20 on: it
// installs what is missing, then runs itself again under the pinned Node, which understands TypeScript.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { watchNpm } from './setup/ancestry.mjs';
import { ensureDependencies, pinnedNode } from './setup/dependencies.mjs';
import { ensureParts } from './setup/parts.mjs';
import { findProblems } from './setup/prerequisites.mjs';
import { bold, dim, print, red } from './setup/progress.mjs';

const INTERRUPTED = 130;
const SETUP_MS = 'SLUICE_SETUP_MS';

/**
 * @typedef {object} Task
 * @property {string} says what it does, for the list of tasks
 * @property {string} module exports `run(args, signal, setupMs)`, which returns the exit code; `signal` aborts when the
 *   user interrupts, `setupMs` is how long it took to install and build what was missing
 * @property {boolean} [tools] whether it builds or runs parts of the local environment
 */

/** @type {Readonly<Record<string, Task>>} */
const TASKS = {
  demo: { says: 'runs the marketplace under load; -- --check judges it', module: './tasks/demo.ts', tools: true },
  test: { says: 'runs every check and test', module: './tasks/test.ts', tools: true },
  bench: { says: 'measures the operator against the floor', module: '../bench/run.ts', tools: true },
  'dev:up': { says: 'starts an environment for work by hand', module: './tasks/dev-up.ts', tools: true },
  'dev:status': { says: 'shows that environment; -- -o json for programs', module: './tasks/dev-status.ts' },
  'dev:down': { says: 'stops that environment', module: './tasks/dev-down.ts' },
  generate: { says: 'writes config/ from the sources; -- --check compares', module: './tasks/generate.ts' },
  lint: { says: 'checks style, promises and types', module: './tasks/lint.ts' },
  mutate: { says: 'changes sources and tells what no unit test notices; -- PATH', module: './tasks/mutate.ts' },
  build: { says: 'bundles the operator and the command line into dist/', module: './tasks/build.ts' },
  clean: { says: 'removes what dead runs left; -- --all the cache too', module: './tasks/clean.ts' },
};

function usage() {
  const width = Math.max(...Object.keys(TASKS).map((name) => name.length));
  const lines = Object.entries(TASKS).map(([name, { says }]) => `  ${bold(name.padEnd(width))}  ${dim(says)}`);
  return `Usage: npm run TASK [-- OPTIONS], where TASK is one of\n${lines.join('\n')}`;
}

/** @param {Task} task */
async function requirePrerequisites({ tools = false }) {
  const problems = await findProblems({ tools });
  if (problems.length === 0) return true;
  print('This is needed first:');
  for (const { problem, howTo } of problems) print(`  ${red('✗')} ${problem}\n      ${dim(howTo)}`);
  return false;
}

/** @param {string} node @param {readonly string[]} args @returns {Promise<number>} */
function runAgainUnder(node, args) {
  // Over the channel the child sees our end, however it comes.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [SETUP_MS]: String(performance.now()) },
  });
  // A terminal sends Ctrl-C to the child as well; the rest is for us to pass on.
  process.on('SIGINT', () => {});
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? INTERRUPTED));
  });
}

/** @param {Task} task @param {readonly string[]} args @returns {Promise<number>} */
async function runHere(task, args) {
  const controller = new AbortController();
  process.once('disconnect', () => process.exit(1));
  process.channel?.unref();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // Asked twice, the task does not get to tidy up; reapers still do.
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort('it was interrupted');
    });
  }
  const { run } = await import(task.module);
  return run(args, controller.signal, Number(process.env[SETUP_MS]));
}

/** @returns {Promise<number>} the exit code */
async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const task = TASKS[name];
  if (!task) {
    print(name ? `There is no task ${JSON.stringify(name)}.\n${usage()}` : usage());
    return 2;
  }
  if (process.connected) return runHere(task, args);
  watchNpm(() => process.exit(1));
  if (!(await requirePrerequisites(task))) return 1;
  await Promise.all([ensureDependencies(), task.tools ? ensureParts() : undefined]);
  const node = pinnedNode();
  return runAgainUnder(node, [name, ...args]);
}

try {
  process.exitCode = await main();
} catch (error) {
  print(`${red('✗')} ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
// What a task left open, a connection or a timer, does not hold up the end.
process.exit();
