import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { helmRecipe } from '../../dev/helm/recipes.ts';
import { ensurePart } from '../../dev/setup/cache.mjs';
import { ROOT } from '../../dev/setup/dependencies.mjs';

export const CHART = join(ROOT, 'charts/sluice');
/** Kinds that a cluster has to know before the chart names them: `helm template` asks no cluster. */
export const KNOWN = ['monitoring.coreos.com/v1', 'sluice.dev/v1alpha1/EventCluster'];

const MAX_OUTPUT = 64 * 2 ** 20;

/** How a program ended. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, whatever that is. */
export function attempt(
  command: string,
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: MAX_OUTPUT };
    const running = execFile(command, [...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    running.stdin?.on('error', () => {}).end(input);
  });
}

/** Runs Helm, with the settings of nobody who works at this machine. */
export async function helm(args: readonly string[], { kubeconfig = '/dev/null', input = '' } = {}): Promise<Outcome> {
  const program = join(await ensurePart(helmRecipe(), { say: () => {} }), 'helm');
  const nobodys = { HELM_CONFIG_HOME: '/nonexistent', HELM_DATA_HOME: '/nonexistent', HELM_CACHE_HOME: '/nonexistent' };
  return attempt(program, args, { input, env: { ...nobodys, KUBECONFIG: kubeconfig } });
}

/** What the chart makes of these values, as a stream of YAML documents. */
export function render(values: readonly string[], known: readonly string[] = KNOWN): Promise<Outcome> {
  const served = known.flatMap((api) => ['--api-versions', api]);
  return helm(['template', 'sluice', CHART, '--namespace', 'sluice-system', ...served, ...values]);
}
