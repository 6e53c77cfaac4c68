import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Pod } from '../../../../dev/local-node/pod.ts';
import { ADDRESSES } from '../../../../dev/local-node/pods/addresses.ts';
import { PodDesk } from '../../../../dev/local-node/pods/pod-desk.ts';
import { defaultSettings } from '../../../../dev/local-node/settings.ts';
import { FakeClock, settle } from '../../../fakes/fake-clock.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { FakePodApi, FakeProcesses, quiet } from '../fake-node.ts';
import { pod } from '../pods.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pod-desk-'));
  await writeFile(path.join(folder, 'images.json'), JSON.stringify({ 'web:1': '.' }));
});

afterEach(() => rm(folder, { recursive: true }));

function setUp(present: readonly Pod[] = []) {
  const api = new FakePodApi();
  const clock = new FakeClock();
  const processes = new FakeProcesses();
  const pods = new FakeStore<Pod>(present);
  const imagesFile = path.join(folder, 'images.json');
  const preparer = { imagesFile, root: folder, searchPath: '/bin', readSource: api.readSource.bind(api) };
  const where = { pods, podNetwork: '127.100.9', nodeName: 'node-9', hostIP: '127.100.9.1', folder };
  const parts = { api, preparer, startGroup: processes.start, clock, log: quiet, settings: defaultSettings };
  const desk = new PodDesk({ ...where, ...parts }, new AbortController().signal);
  desk.open();
  return { api, clock, processes, pods, desk };
}

const named = (name: string, nodeName?: string, fields: Parameters<typeof pod>[1] = {}) =>
  pod(nodeName === undefined ? {} : { nodeName }, {
    ...fields,
    metadata: { name, uid: `uid-${name}`, ...fields.metadata },
  });

/** Preparing a container reads and writes real files, which no clock can hurry. */
const untilStarted = (processes: FakeProcesses, count: number) =>
  eventually(() => expect(processes.all).toHaveLength(count), { within: 30_000, everyMs: 5 });

it('places pods without a node, runs those of this node and leaves those of others', async () => {
  const { api, processes, desk } = setUp([named('new'), named('ours', 'node-9'), named('theirs', 'node-8')]);
  await untilStarted(processes, 1);
  expect([...api.bound.keys()]).toEqual(['new']);
  const running = ['new', 'ours', 'theirs'].map((name) => desk.isRunning('shop', name));
  expect(running).toEqual([false, true, false]);
});

it('runs a pod once it is bound', async () => {
  const { pods, processes } = setUp([named('new')]);
  pods.edit('shop/new', { spec: { nodeName: 'node-9' } });
  await untilStarted(processes, 1);
});

it('gives a pod the address that it had before, and no other pod', async () => {
  const had = named('old', 'node-9', { status: { phase: 'Running', podIP: '127.100.9.10' } });
  const { processes } = setUp([named('first', 'node-9'), had]);
  await untilStarted(processes, 2);
  const addresses = processes.all.map(({ launch }) => [launch.env.HOSTNAME, launch.env.POD_IP]);
  expect(Object.fromEntries(addresses)).toEqual({ old: '127.100.9.10', first: '127.100.9.11' });
});

it('ends a pod that is gone, also when another has its name already', async () => {
  const { pods, processes, clock } = setUp([named('web', 'node-9')]);
  await untilStarted(processes, 1);
  const [first] = processes.all;
  pods.delete('shop/web');
  pods.create(named('web', 'node-9', { metadata: { uid: 'uid-of-another' } }));
  await untilStarted(processes, 2);
  expect(first?.signals).toEqual(['SIGTERM']);
  await clock.advance(defaultSettings.stopGraceMs);
  expect(first?.signals).toContain('SIGKILL');
  expect(processes.newest.signals).toEqual([]);
});

it('places a pod that found no address when another pod goes', async () => {
  const names = Array.from({ length: ADDRESSES + 1 }, (_, index) => `web-${index}`);
  const { api, pods } = setUp(names.map((name) => named(name)));
  await settle();
  expect(api.bound.has(`web-${ADDRESSES}`)).toBe(false);
  pods.delete('shop/web-7');
  await settle();
  expect(api.bound.has(`web-${ADDRESSES}`)).toBe(true);
});
