import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 2 ** 20;

export interface KubectlOptions {
  /** Becomes its standard input, for `apply -f -`. */
  input?: string;
  signal?: AbortSignal;
}

/**
 * Runs kubectl against one cluster and returns what it printed.
 * @throws when it fails; the message holds what it printed to standard error
 */
export async function kubectl(
  kubeconfig: string,
  args: readonly string[],
  options: KubectlOptions = {},
): Promise<string> {
  const { input, signal } = options;
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const running = run('kubectl', [...args], { env, maxBuffer: MAX_OUTPUT, ...(signal && { signal }) });
  running.child.stdin?.end(input);
  try {
    return (await running).stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`kubectl ${args.join(' ')}: ${said}`, { cause: error });
  }
}
