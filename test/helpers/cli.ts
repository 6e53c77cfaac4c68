import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { bundleCommandLine } from '../../dev/tasks/build.ts';

export interface CliOutcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

let built: Promise<string> | undefined;

/** The one file that users get. It starts in a sixth of the time that the sources take, which a busy machine multiplies. */
async function build(): Promise<string> {
  const file = join(inject('world').folder, `sluice-cli-${process.pid}.mjs`);
  await bundleCommandLine(file);
  return file;
}

/** Runs `sluice` as a process of its own, as a user of that kubeconfig. */
export async function sluice(kubeconfig: string, args: readonly string[], input = ''): Promise<CliOutcome> {
  built ??= build();
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const child = spawn(process.execPath, [await built, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}
