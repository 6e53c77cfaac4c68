import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCertificates } from '../../../../../dev/world/parts/certificates.ts';
import { loadKubeConfig } from '../../../../../src/adapters/kube/connection/kube-config.ts';
import { configMaps } from '../../../../../src/adapters/kube/resource-type.ts';
import { eventually } from '../../../../helpers/eventually.ts';
import { answer, type ScriptedApiServer } from '../api-server.ts';
import { clientFor, kubeConfigFor, soon, startServer, testSignal, thing } from '../parts.ts';

const one = '/api/v1/namespaces/shop/configmaps/orders';
const read = (client: ReturnType<typeof clientFor>['client'], signal = testSignal()) =>
  client.get(configMaps, 'shop/orders', { signal });

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kube-connection-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

function authorizations(server: ScriptedApiServer): (string | undefined)[] {
  return server.seen.map(({ headers }) => headers.authorization);
}

describe('connections', () => {
  it('are kept and shared, up to the limit', async () => {
    const server = await startServer();
    server.on(`GET ${one}`, answer(thing('orders', 1)));
    const { client } = clientFor(server, { settings: { connections: 4 } });
    await Promise.all(Array.from({ length: 100 }, () => read(client)));
    expect(server.seen).toHaveLength(100);
    expect(server.connections).toBeLessThanOrEqual(4);
  });

  it('survive deletes, which carry a body', async () => {
    const server = await startServer();
    server.on(`DELETE ${one}`, answer({ kind: 'Status', status: 'Success' }));
    const { client } = clientFor(server, { settings: { connections: 1 } });
    for (let n = 0; n < 5; n += 1) await client.delete(configMaps, 'shop/orders', { uid: 'u', signal: testSignal() });
    expect(server.connections).toBe(1);
  });

  it('of watches are not those of calls', async () => {
    const server = await startServer();
    server.on(`GET ${one}`, answer(thing('orders', 1)));
    const { client } = clientFor(server, { settings: { connections: 1 } });
    const signal = testSignal();
    for (let n = 0; n < 3; n += 1) {
      const watch = client.watch(configMaps, { resourceVersion: '1', timeoutSeconds: 300, signal });
      watch.next().catch(() => undefined);
    }
    await eventually(() => expect(server.watches).toHaveLength(3), soon);
    expect(await read(client)).toBeDefined();
  });
});

describe('credentials', () => {
  it('follow their token file', async () => {
    const server = await startServer();
    const file = join(await folder(), 'token');
    await writeFile(file, 'first\n');
    const config = kubeConfigFor(server.url, { authProvider: { name: 'tokenFile', config: { tokenFile: file } } });
    const { client } = clientFor(server, { config, settings: { credentialsMaxAgeMs: 0 } });
    await read(client);
    await writeFile(file, 'second\n');
    await read(client);
    expect(authorizations(server)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('follow the token file that a kubeconfig names, relative to itself', async () => {
    const server = await startServer();
    const path = await folder();
    const cluster = { server: server.url, 'insecure-skip-tls-verify': true };
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { tokenFile: 'token' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    };
    await writeFile(join(path, 'token'), 'first');
    await writeFile(join(path, 'kubeconfig'), JSON.stringify(kubeconfig));
    const config = loadKubeConfig(join(path, 'kubeconfig'));
    const { client } = clientFor(server, { config, settings: { credentialsMaxAgeMs: 0 } });
    await read(client);
    await writeFile(join(path, 'token'), 'second');
    await read(client);
    expect(authorizations(server)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('of several files are found by the current context of the first', async () => {
    const server = await startServer();
    const path = await folder();
    const contexts = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    };
    const others = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'none',
      clusters: [{ name: 'c', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { token: 'secret' } }],
    };
    const [first, second] = [join(path, 'one'), join(path, 'two')];
    await writeFile(first, JSON.stringify(contexts));
    await writeFile(second, JSON.stringify(others));
    const { client } = clientFor(server, { config: loadKubeConfig([first, second].join(delimiter)) });
    await read(client);
    expect(authorizations(server)).toEqual(['Bearer secret']);
  });

  it('are read once for calls that come together', async () => {
    const server = await startServer();
    let reads = 0;
    const config = kubeConfigFor(server.url);
    const original = config.applyToHTTPSOptions.bind(config);
    config.applyToHTTPSOptions = (options) => {
      reads += 1;
      return original(options);
    };
    const { client } = clientFor(server, { config, settings: { credentialsMaxAgeMs: 600_000 } });
    await Promise.all([read(client), read(client), read(client)]);
    await read(client);
    expect(reads).toBe(1);
  });

  it('take the impersonated user along', async () => {
    const server = await startServer();
    const { client } = clientFor(server, { config: kubeConfigFor(server.url, { impersonateUser: 'robot' }) });
    await read(client);
    expect(server.seen[0]?.headers['impersonate-user']).toBe('robot');
  });
});

describe('certificates', () => {
  it('are followed when the authority is replaced, and nobody else is trusted', async () => {
    const [before, after] = [createCertificates(['127.0.0.1']), createCertificates(['127.0.0.1'])];
    const server = await startServer(before.server);
    const file = join(await folder(), 'ca.crt');
    await writeFile(file, before.authority.certificate);
    const config = kubeConfigFor(server.url, {}, { caFile: file, skipTLSVerify: false });
    const { client } = clientFor(server, { config, settings: { credentialsMaxAgeMs: 0 } });
    expect(await read(client)).toBeUndefined();

    server.identifyAs(after.server);
    await eventually(
      () => expect(read(client)).rejects.toMatchObject({ kind: 'unavailable', code: 'CERT_SIGNATURE_FAILURE' }),
      soon,
    );
    expect(server.seen).toHaveLength(1);

    await writeFile(file, after.authority.certificate);
    expect(await read(client)).toBeUndefined();
    expect(server.seen).toHaveLength(2);
  });

  it('that stay the same keep the connections', async () => {
    const { authority, server: identity } = createCertificates(['127.0.0.1']);
    const server = await startServer(identity);
    const caData = Buffer.from(authority.certificate).toString('base64');
    const config = kubeConfigFor(server.url, {}, { caData, skipTLSVerify: false });
    const { client } = clientFor(server, { config, settings: { credentialsMaxAgeMs: 0, connections: 1 } });
    for (let n = 0; n < 5; n += 1) await read(client);
    expect(server.connections).toBe(1);
  });
});

describe('a configuration that cannot work is told by a Fault', () => {
  const rows: { it: string; config: (folder: string) => KubeConfig | Promise<KubeConfig>; message: RegExp }[] = [
    {
      it: 'a token file that is not there',
      config: (path) =>
        kubeConfigFor('http://127.0.0.1:1', {
          authProvider: { name: 'tokenFile', config: { tokenFile: join(path, 'none') } },
        }),
      message: /cannot prepare the connection to the API server: ENOENT/,
    },
    {
      it: 'a proxy',
      config: () => kubeConfigFor('http://127.0.0.1:1', {}, { proxyUrl: 'http://127.0.0.1:2' }),
      message: /proxy-url in a kubeconfig is not supported/,
    },
    {
      it: 'no current context',
      config: async (path) => {
        const file = join(path, 'kubeconfig');
        await writeFile(file, 'apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\n');
        return loadKubeConfig(file);
      },
      message: /the kubeconfig has no current cluster/,
    },
  ];
  it.each(rows)('$it', async ({ config, message }) => {
    const { client } = clientFor({ url: '' }, { config: await config(await folder()) });
    await expect(read(client)).rejects.toMatchObject({ name: 'Fault', kind: 'unavailable', message });
  });
});
