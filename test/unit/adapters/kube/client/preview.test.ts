import { describe, expect, it } from 'vitest';
import { configMaps } from '../../../../../src/adapters/kube/resource-type.ts';
import { answer, refuse } from '../api-server.ts';
import { clientFor, startServer, type Thing, testSignal, thing } from '../parts.ts';

const collection = '/api/v1/namespaces/shop/configmaps';
const path = `${collection}/orders`;
const dryRun = { dryRun: 'All', fieldValidation: 'Strict' };
const manifest = { metadata: { name: 'orders' }, data: { a: '1' } };
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

describe('the preview of an apply', () => {
  async function preview(stored: object | undefined, after: object = thing('orders', 2)) {
    const server = await startServer();
    if (stored !== undefined) server.on(`GET ${path}`, answer(stored));
    server.on(`PATCH ${path}`, answer(after));
    server.on(`POST ${collection}`, answer(after));
    // Whoever may change nothing may still look.
    const { client } = clientFor(server, { fence: () => false });
    const options = { signal: testSignal() };
    const shown = await client.previewApply<Thing>(configMaps, 'shop/orders', manifest, options);
    return { shown, sent: server.seen.find(({ method }) => method !== 'GET') };
  }

  it('of something new is asked for as a creation, whose answer has no version', async () => {
    const { metadata, ...rest } = thing('orders', 0);
    const { resourceVersion, ...unversioned } = metadata;
    const { shown, sent } = await preview(undefined, { ...rest, metadata: unversioned });
    expect(shown).toMatchObject({ exists: false, object: { metadata: { name: 'orders', resourceVersion } } });
    expect(sent).toMatchObject({ method: 'POST', query: dryRun, body: manifest });
  });

  it('is asked for as a patch where kubectl remembers what it applied', async () => {
    const annotations = { [annotation]: JSON.stringify({ data: { a: '1', b: '1' } }) };
    const { shown, sent } = await preview(thing('orders', 1, { annotations, data: { a: '0', b: '1', c: '1' } }));
    expect(shown.exists).toBe(true);
    expect(sent?.query).toEqual(dryRun);
    expect(sent?.headers['content-type']).toBe('application/merge-patch+json');
    expect(sent?.body).toEqual({ data: { a: '1', b: null } });
  });

  it.each([
    { it: 'who applies the spec', managers: [['argocd', 'Apply', 'f:spec']], asks: 'argocd' },
    {
      it: 'kubectl, where it is one of several',
      managers: [
        ['argocd', 'Apply', 'f:spec'],
        ['kubectl', 'Apply', 'f:spec'],
      ],
      asks: 'kubectl',
    },
    {
      it: 'kubectl, where nobody applies the spec',
      managers: [
        ['editor', 'Update', 'f:spec'],
        ['labeller', 'Apply', 'f:metadata'],
      ],
      asks: 'kubectl',
    },
  ])('asks in the name of $it', async ({ managers, asks }) => {
    const managedFields = managers.map(([manager, operation, field = '']) => {
      return { manager, operation, fieldsV1: { [field]: {} } };
    });
    const stored = thing('orders', 1);
    const { sent } = await preview({ ...stored, metadata: { ...stored.metadata, managedFields } });
    expect(sent?.query).toEqual({ ...dryRun, force: 'true', fieldManager: asks });
    expect(sent?.headers['content-type']).toBe('application/apply-patch+yaml');
  });

  it('ends as applying it would', async () => {
    const server = await startServer();
    server.on(`POST ${collection}`, refuse(422, 'a topic never shrinks'));
    const { client } = clientFor(server);
    const call = client.previewApply(configMaps, 'shop/orders', manifest, { signal: testSignal() });
    await expect(call).rejects.toMatchObject({
      kind: 'rejected',
      message: 'cannot create configmaps shop: a topic never shrinks',
    });
  });
});
