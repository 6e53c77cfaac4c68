import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { bundleCommandLine } from '../../dev/tasks/build.ts';
import { kubectl } from '../../dev/world/kubectl.ts';
import manifest from '../../package.json' with { type: 'json' };
import { KafkaChecker } from '../helpers/kafka.ts';

const { kubeconfig, kafka } = inject('world');
const checker = new KafkaChecker(kafka.bootstrapServers);
const folder = mkdtempSync(join(tmpdir(), 'sluice-plugin-'));

beforeAll(async () => {
  const built = join(folder, 'sluice-cli.mjs');
  await bundleCommandLine(built);
  copyFileSync(built, join(folder, 'kubectl-sluice'));
  // The program is started by its first line, which looks for Node on the PATH.
  vi.stubEnv('PATH', [folder, dirname(process.execPath), process.env.PATH].join(delimiter));
});
afterAll(async () => {
  await checker.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('the command line in one file', () => {
  it('is a plugin of kubectl, and calls itself so', async () => {
    expect(await kubectl(kubeconfig, ['sluice', 'version'])).toBe(`sluice ${manifest.version}\n`);
    expect(await kubectl(kubeconfig, ['sluice', 'help'])).toContain('kubectl sluice COMMAND [flags]');
  });

  it('reaches Kafka and waits for its answer', async () => {
    const topic = `plugin-${randomUUID()}`;
    await checker.createTopic(topic, 1);
    const args = ['sluice', 'import', topic, '--bootstrap-server', kafka.bootstrapServers];
    expect(await kubectl(kubeconfig, args)).toContain(`name: ${topic}`);
    const missing = kubectl(kubeconfig, [...args, 'no-such-topic']);
    await expect(missing).rejects.toThrow('warning: no live topic matches "no-such-topic"');
  });

  it('reaches the API server', async () => {
    const none = kubectl(kubeconfig, ['sluice', 'import', '*', '--cluster', 'no-such-cluster']);
    await expect(none).rejects.toThrow('EventCluster "no-such-cluster" does not exist');
  });
});
