import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const RUN = fileURLToPath(new URL('../../dev/run.mjs', import.meta.url));

interface Outcome {
  code: unknown;
  stdout: string;
  stderr: string;
}

function runTask(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [RUN, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

it('lists the tasks when there is no such task', async () => {
  const { code, stderr } = await runTask(['dance']);
  expect(code).toBe(2);
  expect(stderr).toContain('There is no task "dance"');
  for (const task of ['demo', 'test', 'bench', 'dev:up', 'dev:down', 'dev:status', 'clean'])
    expect(stderr).toContain(task);
});

it('names everything that is missing at once, each with how to get it', async () => {
  const { code, stderr } = await runTask(['dev:up'], { PATH: '/nowhere' });
  expect(code).toBe(1);
  for (const tool of ['Go 1.26 or newer', 'JDK 17 or newer', 'Maven', 'kubectl 1.30 or newer']) {
    expect(stderr).toMatch(new RegExp(`${tool} is missing\\n +\\S+`));
  }
});

it('does not ask for Go where the binaries are brought along', async () => {
  const { stderr } = await runTask(['dev:up'], { PATH: '/nowhere', KUBEBUILDER_ASSETS: '/assets' });
  expect(stderr).not.toContain('Go 1.26');
  expect(stderr).toContain('Maven is missing');
});
