import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../setup/dependencies.mjs';
import { AUTHORITIES, type Bases } from './bases.ts';
import type { Room } from './room.ts';

const BUILD_BASE = 'localhost/sluice-base/build';
const RUN_BASE = 'localhost/sluice-base/run';
/** Nothing is fetched, no control group is needed, and the same content gives the same id. */
const BUILD = ['bud', '--isolation', 'chroot', '--pull-never', '--no-cache', '--timestamp', '0'];
/** Builders know the proxies by themselves. */
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
const PASSED_ON = ['NPM_CONFIG_REGISTRY', ...PROXIES];

/** Makes both bases known in the room. */
export async function buildBases(room: Room, { build, run }: Bases): Promise<void> {
  await room.run('buildah', [...BUILD, '--tag', BUILD_BASE, build]);
  await room.run('buildah', [...BUILD, '--tag', RUN_BASE, run]);
}

/** Builds the project's image, by its Dockerfile as it is, from nothing. Returns the image's id. */
export async function buildImage(room: Room, tag: string): Promise<string> {
  const idFile = join(room.folder, `${tag}.id`);
  const bases = ['--build-arg', `BUILD_IMAGE=${BUILD_BASE}`, '--build-arg', `RUN_IMAGE=${RUN_BASE}`];
  const named = ['--tag', `localhost/sluice:${tag}`, '--iidfile', idFile];
  await room.run('buildah', [...BUILD, ...bases, ...(await npmOfThisMachine()), ...named, ROOT]);
  return readFileSync(idFile, 'utf8').trim();
}

/** How npm gets at its packages is this machine's business: its files are lent to the build, and are not in the image. */
async function npmOfThisMachine(): Promise<readonly string[]> {
  const [cache, user, all, authority] = await Promise.all(
    ['cache', 'userconfig', 'globalconfig', 'cafile'].map((key) => npmSetting(key)),
  );
  const lent = [
    { from: cache, to: '/root/.npm' },
    { from: user, to: '/root/.npmrc:ro' },
    { from: all, to: '/usr/local/etc/npmrc:ro' },
    { from: authority, to: `${authority}:ro` },
    { from: process.env.NODE_EXTRA_CA_CERTS, to: `${AUTHORITIES}:ro` },
  ];
  const volumes = lent.flatMap(({ from, to }) => (from && existsSync(from) ? ['--volume', `${from}:${to}`] : []));
  const settings = PASSED_ON.filter((name) => process.env[name]);
  return [...volumes, ...settings.flatMap((name) => ['--build-arg', `${name}=${process.env[name]}`])];
}

/** Empty where there is none. */
async function npmSetting(key: string): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', key], { cwd: ROOT });
  const value = stdout.trim();
  return value === 'null' || value === 'undefined' ? '' : value;
}
