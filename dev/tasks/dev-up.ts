import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../setup/dependencies.mjs';
import { lock, lockFor } from '../setup/lock.mjs';
import { dim, during, print, type Step } from '../setup/progress.mjs';
import { type Answer, askKeeper, type Description } from '../world/keeper/keeper-client.ts';
import { exportLine } from '../world/shell.ts';

const KEEPER = fileURLToPath(new URL('../world/keeper/keeper.ts', import.meta.url));
const STATE = join(ROOT, '.sluice');
const LOG = join(STATE, 'keeper.log');
const POLL_MS = 50;
const FIRST_ANSWER_WITHIN_MS = 15_000;

/** Starts the keeper with a session of its own: neither Ctrl-C nor the end of the terminal reaches it. */
function startKeeper(operator: boolean): void {
  mkdirSync(STATE, { recursive: true });
  const log = openSync(LOG, 'w', 0o600);
  const args = [KEEPER, ...(operator ? [] : ['--no-operator'])];
  spawn(process.execPath, args, { cwd: ROOT, detached: true, stdio: ['ignore', log, log] }).unref();
  closeSync(log);
}

async function untilThere(): Promise<void> {
  const deadline = performance.now() + FIRST_ANSWER_WITHIN_MS;
  while (performance.now() < deadline) {
    if (await askKeeper({ ask: 'status' })) return;
    await sleep(POLL_MS);
  }
  throw new Error(`the environment's keeper did not start:\n${readFileSync(LOG, 'utf8')}`);
}

async function bringUp(operator: boolean, step: Step): Promise<Description> {
  if (!(await askKeeper({ ask: 'status' }))) {
    startKeeper(operator);
    await untilThere();
  }
  const answer: Answer | undefined = await askKeeper({ ask: 'up', operator }, (line) => step.say(line));
  if (answer?.kind === 'ready') return answer.description;
  throw new Error(answer?.kind === 'failed' ? answer.message : `the environment ended: see ${LOG}`);
}

/** Starts the checkout's environment unless it runs. Standard output can be fed to `eval`. */
export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const operator = !args.includes('--no-operator');
  signal.addEventListener('abort', () => void askKeeper({ ask: 'stop' }).then(() => process.exit(1)));
  const { network, status, logs } = await during('environment', async (step) => {
    const release = await lock(lockFor('dev-up', ROOT), () => step.say('waiting for another dev:up'));
    return bringUp(operator, step).finally(release);
  });
  print(
    dim(`  on ${network}/24, ${status.operator.pid ? `operator is process ${status.operator.pid}` : 'no operator'}`),
  );
  print(dim(`  logs in ${logs}`));
  print(dim('  npm run dev:status tells more, npm run dev:down ends it'));
  process.stdout.write(exportLine(status.kubeconfig));
  return 0;
}
