import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEnvironment } from '../../dev/world/environment.ts';
import { kubectl } from '../../dev/world/kubectl.ts';
import { startWorld, type World } from '../../dev/world/world.ts';
import { readUsage } from '../meters/usage.ts';
import { createKube, type Kube } from './kube.ts';
import { openRawKafka, type RawKafka } from './raw-kafka.ts';
import { readTemplate, type Template } from './template.ts';
import { eventually } from './waiting.ts';

const SERVED_WITHIN_MS = 30_000;
const CLEARED_WITHIN_MS = 300_000;
const CALM_WITHIN_MS = 60_000;
const CALM_MS = 1_000;
const CALM_CPU_SECONDS = 0.1;

/** A world with an API in it and no operator yet. */
export interface Stage {
  world: World;
  kube: Kube;
  kafka: RawKafka;
  template: Template;
  /** Of the template's kind, as in paths. */
  plural: string;
  stop(options: { keepFiles: boolean }): Promise<void>;
}

export interface StageOptions {
  /** Path. */
  template: string;
  /** Path; absent: our own, and an EventCluster that everything may use. */
  crds?: string;
}

/** Throws OptionsError when the template is of no use, before anything is started. */
export async function openStage({ template: file, crds }: StageOptions): Promise<Stage> {
  const template = readTemplate(readFileSync(file, 'utf8'));
  const world = await (crds === undefined ? worldWithOurs() : worldWith(crds));
  const kube = createKube(world.controlPlane);
  const kafka = openRawKafka(world.kafka.bootstrapServers);
  const stop: Stage['stop'] = async (options) => {
    kafka.close();
    await kube.close();
    await world.stop(options);
  };
  try {
    const plural = await kube.pluralOf(template.apiVersion, template.kind);
    const path = `/apis/${template.apiVersion}/${plural}`;
    await kafka.forgetSoon();
    await eventually(() => kube.serves(path), SERVED_WITHIN_MS, `the API server does not serve ${path}`);
    return { world, kube, kafka, template, plural, stop };
  } catch (error) {
    await stop({ keepFiles: false });
    throw error;
  }
}

async function worldWithOurs(): Promise<World> {
  return (await startEnvironment({ operator: false, node: false })).world;
}

async function worldWith(crds: string): Promise<World> {
  const world = await startWorld();
  try {
    await kubectl(world.kubeconfig, ['apply', '--server-side', '-f', crds]);
    await kubectl(world.kubeconfig, ['wait', '--for=condition=Established', '--timeout=30s', '-f', crds]);
    return world;
  } catch (error) {
    await world.stop();
    throw error;
  }
}

/** Creates a namespace and returns the path of the template's resources in it. */
export async function addNamespace({ kube, template, plural }: Stage, name: string): Promise<string> {
  await kube.change({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  return `/apis/${template.apiVersion}/namespaces/${name}/${plural}`;
}

/**
 * Resolves once brokers and API server hardly work any more, or after a minute: they answer a burst long before they
 * are done with it, and what comes next should not pay for that.
 */
export async function calmDown({ world }: Stage): Promise<void> {
  const parts = [world.controlPlane.apiServer, ...world.kafka.brokers];
  const cpuSeconds = () => parts.map(({ pid = 0 }) => readUsage(pid).cpuSeconds);
  const deadlineMs = performance.now() + CALM_WITHIN_MS;
  let before = cpuSeconds();
  for (let calm = false; !calm && performance.now() < deadlineMs; ) {
    await sleep(CALM_MS);
    const now = cpuSeconds();
    calm = now.every((seconds, index) => seconds - (before[index] ?? 0) < CALM_CPU_SECONDS);
    before = now;
  }
}

/** Deletes all topics but Kafka's own. A broker that is at work does not show all of them yet. */
export async function clearTopics(stage: Stage): Promise<void> {
  const deadlineMs = performance.now() + CLEARED_WITHIN_MS;
  for (;;) {
    await calmDown(stage);
    if ((await stage.kafka.deleteShown()) === 0) return;
    if (performance.now() > deadlineMs) throw new Error(`there are topics after ${CLEARED_WITHIN_MS / 1_000} s`);
  }
}
