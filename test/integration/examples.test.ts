import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { kubectl } from '../../dev/world/kubectl.ts';

const { kubeconfig } = inject('world');
const folder = fileURLToPath(new URL('../../examples', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** Every example is accepted as it stands. Nothing is kept: the real addresses in it lead nowhere here. */
describe('the API server takes', () => {
  it.each(files)('examples/%s', async (name) => {
    const input = readFileSync(join(folder, name), 'utf8');
    const answer = await kubectl(kubeconfig, ['apply', '--dry-run=server', '-f', '-'], { input });
    expect(answer).toMatch(/(created|configured|unchanged) \(server dry run\)/);
  });

  it('the marketplace', async () => {
    const manifests = await kubectl(kubeconfig, ['kustomize', join(folder, 'marketplace')]);
    expect(manifests).not.toMatch(/\d+\.\d+\.\d+\.\d+|bootstrapServers: \S+:\d+/);
    // A dry run creates no namespace, so the rest is checked in one that exists.
    const input = manifests.replaceAll(/^( +)namespace: marketplace$/gm, '$1namespace: default');
    const answer = await kubectl(kubeconfig, ['apply', '--dry-run=server', '-f', '-'], { input });
    expect(answer.trim().split('\n').length).toBeGreaterThan(20);
  });
});
