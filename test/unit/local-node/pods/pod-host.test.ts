import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Pod, PodSpec } from '../../../../dev/local-node/pod.ts';
import { AddressPool } from '../../../../dev/local-node/pods/addresses.ts';
import { PodHost } from '../../../../dev/local-node/pods/pod-host.ts';
import { defaultSettings } from '../../../../dev/local-node/settings.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { FakePodApi, FakeProcesses, quiet } from '../fake-node.ts';
import { container, pod } from '../pods.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pod-host-'));
  await writeFile(path.join(folder, 'images.json'), JSON.stringify({ 'web:1': '.' }));
});

afterEach(() => rm(folder, { recursive: true }));

function setUp() {
  const api = new FakePodApi();
  const clock = new FakeClock();
  const processes = new FakeProcesses();
  const addresses = new AddressPool('127.100.9');
  const preparer = {
    imagesFile: path.join(folder, 'images.json'),
    root: folder,
    searchPath: '/bin',
    readSource: api.readSource.bind(api),
  };
  const where = { nodeName: 'node-9', hostIP: '127.100.9.1', folder, addresses, onRoom: () => {} };
  const parts = { api, preparer, startGroup: processes.start, clock, log: quiet, settings: defaultSettings };
  return { api, clock, processes, addresses, host: new PodHost({ ...where, ...parts }, new AbortController().signal) };
}

type Node = ReturnType<typeof setUp>;

/** Preparing a container reads and writes real files, which no clock can hurry. */
async function untilStarted({ processes, clock }: Node, count: number): Promise<void> {
  await eventually(() => expect(processes.all).toHaveLength(count), { within: 30_000, everyMs: 5 });
  await clock.advance(0);
}

function deleted(seen: Pod, graceSeconds = 30): Pod {
  const mark = { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: graceSeconds };
  return { ...seen, metadata: { ...seen.metadata, ...mark } };
}

it('runs a pod under its own address and variables, and reports it', async () => {
  const node = setUp();
  node.api.sources.set('ConfigMap/settings', { LEVEL: 'debug' });
  const env = [{ name: 'URL', value: 'http://$(IP)/' }];
  const web = container({
    args: ['--url', '$(URL)', '/etc/web/a.json'],
    env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }, ...env],
    envFrom: [{ configMapRef: { name: 'settings' } }],
    volumeMounts: [{ name: 'conf', mountPath: '/etc/web' }],
  });
  node.host.notice(pod({ containers: [web], volumes: [{ name: 'conf', configMap: { name: 'settings' } }] }));
  await untilStarted(node, 1);
  const conf = path.join(folder, 'pods', 'shop_web-1', 'uid-1', 'volumes', 'conf');
  const { launch } = node.processes.newest;
  expect(launch.command).toEqual(['node', 'server.mjs', '--url', 'http://127.100.9.10/', `${conf}/a.json`]);
  expect(launch.env).toMatchObject({ POD_IP: '127.100.9.10', LEVEL: 'debug', SLUICE_VOLUME_CONF: conf, PATH: '/bin' });
  expect(launch.cwd).toBe(folder);
  expect(node.api.statuses.get('web-1')).toMatchObject({
    phase: 'Running',
    podIP: '127.100.9.10',
    containerStatuses: [{ name: 'web', ready: true, imageID: 'folder:' }],
  });
  await access(path.join(conf, 'LEVEL'));
});

it('ends a deleted pod with its grace, reports the end, then removes the object and frees the address', async () => {
  const node = setUp();
  node.host.notice(pod());
  await untilStarted(node, 1);
  node.host.notice(deleted(pod(), 3));
  await node.clock.advance(2_999);
  expect({ signals: node.processes.newest.signals, removed: node.api.removed }).toEqual({
    signals: ['SIGTERM'],
    removed: [],
  });
  await node.clock.advance(1);
  expect(node.processes.newest.signals).toContain('SIGKILL');
  expect(node.api.statuses.get('web-1')?.containerStatuses).toMatchObject([
    { state: { terminated: { exitCode: 137 } } },
  ]);
  expect(node.api.removed).toEqual(['web-1']);
  expect(node.addresses.release('uid-1')).toBe(false);
});

it('asks a deleted pod to end once for each grace that is shorter than before', async () => {
  const node = setUp();
  node.host.notice(pod());
  await untilStarted(node, 1);
  for (const graceSeconds of [30, 30, 30, 1]) node.host.notice(deleted(pod(), graceSeconds));
  await node.clock.advance(999);
  expect(node.processes.newest.signals).toEqual(['SIGTERM', 'SIGTERM']);
  await node.clock.advance(1);
  expect(node.processes.newest.signals).toContain('SIGKILL');
});

it('removes the object of a pod that ended by itself only when the pod is deleted', async () => {
  const node = setUp();
  const job = pod({ restartPolicy: 'Never' });
  node.host.notice(job);
  await untilStarted(node, 1);
  node.processes.newest.end(0);
  await node.clock.advance(0);
  expect(node.api.statuses.get('web-1')?.phase).toBe('Succeeded');
  expect(node.api.removed).toEqual([]);
  node.host.notice(deleted(job));
  await node.clock.advance(0);
  expect(node.api.removed).toEqual(['web-1']);
});

it('removes the object once, however often it hears of the deletion', async () => {
  const node = setUp();
  const over = pod({}, { status: { phase: 'Failed' } });
  for (let look = 0; look < 3; look++) {
    node.host.notice(deleted(over));
    await node.clock.advance(0);
  }
  expect(node.api.removed).toEqual(['web-1']);
});

it('does not run a pod again that was over before', async () => {
  const node = setUp();
  node.host.notice(pod({}, { status: { phase: 'Succeeded' } }));
  await node.clock.advance(60_000);
  expect({ started: node.processes.all.length, writes: node.api.statusWrites }).toEqual({ started: 0, writes: 0 });
});

it('ends the processes of a pod that was removed by force, and clears its files but not its logs', async () => {
  const node = setUp();
  node.host.notice(pod());
  await untilStarted(node, 1);
  const forgotten = node.host.forget(pod());
  await node.clock.advance(defaultSettings.stopGraceMs);
  await forgotten;
  expect(node.processes.newest.signals).toContain('SIGKILL');
  const logs = path.join(folder, 'pods', 'shop_web-1');
  await access(logs);
  await expect(access(path.join(logs, 'uid-1'))).rejects.toThrow();
  expect(node.addresses.release('uid-1')).toBe(false);
});

it('waits with a reason until a ConfigMap is there', async () => {
  const node = setUp();
  const web = container({ envFrom: [{ configMapRef: { name: 'settings' } }] });
  node.host.notice(pod({ containers: [web] }));
  const waiting = { reason: 'CreateContainerConfigError', message: 'ConfigMap "settings" is not there' };
  const isWaiting = () =>
    expect(node.api.statuses.get('web-1')?.containerStatuses).toMatchObject([{ state: { waiting } }]);
  await eventually(isWaiting, { within: 30_000, everyMs: 5 });
  node.api.sources.set('ConfigMap/settings', { LEVEL: 'debug' });
  await node.clock.advance(defaultSettings.configRetryMs);
  await untilStarted(node, 1);
  expect(node.processes.newest.launch.env).toMatchObject({ LEVEL: 'debug' });
});

it('waits with a reason when an image is unknown', async () => {
  const node = setUp();
  node.host.notice(pod({ containers: [container({ image: 'other:9' })] }));
  await eventually(
    () =>
      expect(node.api.statuses.get('web-1')).toMatchObject({
        phase: 'Pending',
        containerStatuses: [
          { state: { waiting: { reason: 'ErrImagePull', message: expect.stringContaining('other:9') } } },
        ],
      }),
    { within: 30_000, everyMs: 5 },
  );
});

function unsupported(name: string): Pod {
  const spec = { hostNetwork: true } as Partial<PodSpec>; // a field that the node does not know
  const ownerReferences = [{ uid: 'replica-set', controller: true }];
  return pod(spec, { metadata: { name, uid: `uid-${name}`, ownerReferences } });
}

it('fails a pod that asks for what it cannot give, and names the field', async () => {
  const node = setUp();
  node.host.notice(unsupported('first'));
  await node.clock.advance(0);
  expect(node.api.statuses.get('first')).toMatchObject({
    phase: 'Failed',
    reason: 'Unsupported',
    message: 'spec.hostNetwork=true is not supported by the local node',
  });
});

it('fails the replacements of a failed pod later and later, and meanwhile says why they wait', async () => {
  const node = setUp();
  node.host.notice(unsupported('first'));
  await node.clock.advance(0);
  node.host.notice(unsupported('second'));
  await node.clock.advance(9_999);
  expect(node.api.statuses.get('second')).toMatchObject({
    phase: 'Pending',
    containerStatuses: [{ state: { waiting: { reason: 'Unsupported' } } }],
  });
  await node.clock.advance(1);
  expect(node.api.statuses.get('second')).toMatchObject({ phase: 'Failed' });
});

it('ends all processes when it stops, and leaves the objects alone', async () => {
  const node = setUp();
  node.host.notice(pod());
  await untilStarted(node, 1);
  const writes = node.api.statusWrites;
  const stopped = node.host.stop();
  node.processes.newest.end(0);
  await stopped;
  expect(node.processes.newest.signals).toEqual(['SIGTERM']);
  expect({ removed: node.api.removed, writes: node.api.statusWrites }).toEqual({ removed: [], writes });
});
