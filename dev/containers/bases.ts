import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Help, Recipe } from '../setup/cache.mjs';
import { pinnedNode } from '../setup/dependencies.mjs';
import { runTool, tryTool } from '../setup/tools.mjs';

/** What the default base to run on has: the C and C++ libraries, certificates, names and times. */
const RUN_PACKAGES = ['base-files', 'libc6', 'libgcc-s1', 'libstdc++6', 'ca-certificates', 'netbase', 'tzdata'];
/** What a build calls besides Node and npm. */
const SHELL = 'busybox-static';
const COMMANDS = ['sh', 'mkdir', 'mv', 'sed'];
const NPM = 'npm@11.19.1';

const ACCOUNTS = 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n';

/** Where a build may put the authorities that its machine trusts. */
export const AUTHORITIES = '/etc/ssl/authorities-of-the-builder.crt';
const PROGRAMS = 'PATH=/usr/local/bin:/usr/bin:/bin';
/** npm asks the cache that is lent to it before it asks a registry. */
const FOR_NPM = `HOME=/root NODE_EXTRA_CA_CERTS=${AUTHORITIES} npm_config_prefer_offline=true`;

/** What the images of the project stand on, for machines that reach no registry of images. */
export interface Bases {
  /** Folders with a Dockerfile each. */
  build: string;
  run: string;
}

/** Where the bases are in a part of that recipe. */
export const basesIn = (part: string): Bases => ({ build: join(part, 'build'), run: join(part, 'run') });

/** Both bases, from Debian's packages and the pinned Node. */
export function basesRecipe(): Recipe {
  return {
    name: 'image-bases',
    inputs: [],
    tools: [...RUN_PACKAGES, SHELL, ...COMMANDS, NPM, PROGRAMS, FOR_NPM, process.version],
    build: async (folder, help) => {
      const packages = join(help.scratch, 'packages');
      await download([...RUN_PACKAGES, SHELL], packages, help);
      const { build, run } = basesIn(folder);
      await makeBase({ folder: run, packages, names: RUN_PACKAGES, environment: PROGRAMS }, help);
      const names = [...RUN_PACKAGES, SHELL];
      const environment = `${PROGRAMS} ${FOR_NPM}`;
      await makeBase({ folder: build, packages, names, environment, complete: addBuildTools }, help);
    },
  };
}

async function download(names: readonly string[], folder: string, { step, signal }: Help): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const args = ['download', '-q', ...names];
  if ((await tryTool('apt-get', args, { cwd: folder, step, signal })).ok) return;
  // A machine that never installed anything has no lists, and old lists name versions that are gone.
  await runTool('apt-get', ['update', '-q'], { step, signal });
  await runTool('apt-get', args, { cwd: folder, step, signal });
}

interface BasePlan {
  folder: string;
  /** Where the archives of all packages are. */
  packages: string;
  /** Of the packages that it consists of. */
  names: readonly string[];
  /** Variables, as a Dockerfile names them. */
  environment: string;
  /** Adds what no package brings. */
  complete?: (root: string, help: Help) => Promise<void>;
}

/** Fills a folder with the files of a base and the Dockerfile that makes an image of them. */
async function makeBase({ folder, packages, names, environment, complete }: BasePlan, help: Help): Promise<void> {
  const { scratch, step, signal } = help;
  const root = join(scratch, 'root');
  mkdirSync(root, { recursive: true });
  for (const name of names) {
    const archive = readdirSync(packages).find((file) => file.startsWith(`${name}_`)) ?? name;
    await runTool('dpkg-deb', ['--extract', join(packages, archive), root], { step, signal });
  }
  writeFile(join(root, 'etc', 'passwd'), ACCOUNTS);
  writeFile(join(root, 'etc', 'group'), 'root:x:0:\nnonroot:x:65532:\n');
  writeFile(join(root, 'etc', 'ssl', 'certs', 'ca-certificates.crt'), certificatesIn(root));
  // What comes with the libraries are scripts for the shell.
  rmSync(join(root, 'usr', 'sbin'), { recursive: true, force: true });
  await complete?.(root, help);
  mkdirSync(folder, { recursive: true });
  const owner = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner'];
  await runTool('tar', [...owner, '-C', root, '-cf', join(folder, 'root.tar'), '.'], { step, signal });
  writeFileSync(join(folder, 'Dockerfile'), `FROM scratch\nADD root.tar /\nENV ${environment}\n`);
  rmSync(root, { recursive: true });
}

function writeFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** The package brings each authority in a file of its own; its script, which does not run here, puts them together. */
function certificatesIn(root: string): string {
  const folder = join(root, 'usr', 'share', 'ca-certificates', 'mozilla');
  const files = readdirSync(folder).sort();
  return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('');
}

async function addBuildTools(root: string, { scratch, step, signal }: Help): Promise<void> {
  const programs = join(root, 'usr', 'local', 'bin');
  writeFile(join(root, AUTHORITIES), certificatesIn(root));
  mkdirSync(programs, { recursive: true });
  mkdirSync(join(root, 'usr', 'bin'), { recursive: true });
  mkdirSync(join(root, 'tmp'), { recursive: true, mode: 0o1777 });
  for (const command of COMMANDS) symlinkSync('/bin/busybox', join(root, 'bin', command));
  symlinkSync('/bin/busybox', join(root, 'usr', 'bin', 'env'));
  cpSync(pinnedNode(), join(programs, 'node'));
  const modules = join(root, 'usr', 'local', 'lib', 'node_modules');
  mkdirSync(modules, { recursive: true });
  await runTool('npm', ['pack', NPM, '--silent', '--pack-destination', scratch], { cwd: scratch, step, signal });
  const archive = join(scratch, `${NPM.replace('@', '-')}.tgz`);
  await runTool('tar', ['-xzf', archive, '-C', modules], { step, signal });
  await runTool('mv', [join(modules, 'package'), join(modules, 'npm')], { step, signal });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(programs, 'npm'));
}
