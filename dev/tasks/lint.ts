import { join } from 'node:path';
import { ROOT } from '../setup/dependencies.mjs';
import { during, print } from '../setup/progress.mjs';
import { tryTool } from '../setup/tools.mjs';

const SOURCES = ['src', 'dev', 'sdk', 'test', 'bench', 'examples', 'vitest.config.ts'];
// A promise that nobody waits for is a failure that nobody sees.
const PROMISE_RULES = ['no-floating-promises', 'no-misused-promises', 'await-thenable'];

/** A tool that reads the sources and fails when something is wrong with them. */
export interface Check {
  name: string;
  command: string;
  args: readonly string[];
}

const tool = (name: string) => join(ROOT, 'node_modules', '.bin', name);

export const CHECKS = {
  style: { name: 'style', command: tool('biome'), args: ['check', '.'] },
  promises: {
    name: 'promises',
    command: tool('oxlint'),
    args: ['--type-aware', '-A', 'all', ...PROMISE_RULES.flatMap((rule) => ['-D', `typescript/${rule}`]), ...SOURCES],
  },
  types: { name: 'types', command: tool('tsc'), args: ['--pretty', 'false'] },
} as const satisfies Readonly<Record<string, Check>>;

/** Runs one check and prints what it has to say. Returns whether all is well. */
export function runCheck({ name, command, args }: Check, signal: AbortSignal): Promise<boolean> {
  const work = async () => {
    const { ok, lines } = await tryTool(command, args, { cwd: ROOT, signal });
    if (!ok) for (const line of lines) print(`  ${line}`);
    return ok;
  };
  return during(name, work, { conclude: (ok) => ({ ok, note: '' }) });
}

export async function run(_args: readonly string[], signal: AbortSignal): Promise<number> {
  const results = [];
  for (const check of Object.values(CHECKS)) results.push(await runCheck(check, signal));
  return results.every((ok) => ok) ? 0 : 1;
}
