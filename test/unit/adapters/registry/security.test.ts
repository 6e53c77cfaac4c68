import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority, createCertificates } from '../../../../dev/world/parts/certificates.ts';
import { createRegistryConnections } from '../../../../src/adapters/registry/connections.ts';
import type { RegistryConnections, RegistrySecurity } from '../../../../src/ports/registry.ts';
import { faultOf, options, patientSettings } from './helpers.ts';
import { startScriptedServer } from './scripted-server.ts';

function connections(): RegistryConnections {
  const all = createRegistryConnections(patientSettings);
  onTestFinished(() => all.retain(new Set()));
  return all;
}

describe('a registry that asks who comes', () => {
  it.each<{ it: string; security: RegistrySecurity | undefined; header: string | undefined }>([
    { it: 'is told nothing by default', security: undefined, header: undefined },
    {
      it: 'is told user and password',
      security: { login: { username: 'operator', password: 'pässword:1' } },
      header: `Basic ${Buffer.from('operator:pässword:1').toString('base64')}`,
    },
    { it: 'is shown the token', security: { login: { token: 'abc' } }, header: 'Bearer abc' },
  ])('$it', async ({ security, header }) => {
    const server = await startScriptedServer({}, [200, [1]]);
    onTestFinished(() => server.close());
    const registry = connections().to({ name: 'main', url: server.url, ...(security && { security }) });
    await registry.listVersions('s', options);
    expect(server.seen[0]?.headers.authorization).toBe(header);
  });

  it('is told the new password by the same client, and the old request is still answered', async () => {
    const arrived = Promise.withResolvers<() => void>();
    const server = await startScriptedServer({
      'GET /subjects/slow/versions': (response) => arrived.resolve(() => response.writeHead(200).end('[1]')),
      'GET /subjects/next/versions': [200, [2]],
    });
    onTestFinished(() => server.close());
    const all = connections();
    const target = (token: string) => ({ name: 'main', url: server.url, security: { login: { token } } });
    const registry = all.to(target('old'));
    const slow = registry.listVersions('slow', options);
    const answer = await arrived.promise;
    expect(all.to(target('new'))).toBe(registry);
    expect(await registry.listVersions('next', options)).toEqual([2]);
    answer();
    expect(await slow).toEqual([1]);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('that refuses the login is an outage for schemas, and tells no password', async () => {
    const server = await startScriptedServer({}, [401, { error_code: 40101, message: 'Unauthorized' }]);
    onTestFinished(() => server.close());
    const security = { login: { username: 'operator', password: 'hush' } };
    const fault = await faultOf(
      connections().to({ name: 'main', url: server.url, security }).listVersions('s', options),
    );
    expect(fault).toMatchObject({ kind: 'denied', atLogin: true });
    expect(JSON.stringify(fault) + fault.message).not.toContain('hush');
  });
});

describe('a registry with a certificate', () => {
  async function startTls() {
    const { authority, server: identity } = createCertificates(['127.0.0.1']);
    const server = createServer({ cert: identity.certificate, key: identity.key }, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('[1]');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo; // it listens on TCP
    return { url: `https://127.0.0.1:${port}`, ca: authority.certificate };
  }

  it('is trusted when its CA is, also when that becomes known later', async () => {
    const { url, ca } = await startTls();
    const all = connections();
    const other = createAuthority('somebody-else').certificate;
    const registry = all.to({ name: 'main', url, security: { ca: other } });
    expect(await faultOf(registry.listVersions('s', options))).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('has a certificate that no trusted CA signed; see tls.caSecretRef'),
    });
    all.to({ name: 'main', url, security: { ca } });
    expect(await registry.listVersions('s', options)).toEqual([1]);
  });

  it('is not trusted without its CA', async () => {
    const { url } = await startTls();
    const call = connections().to({ name: 'main', url }).listVersions('s', options);
    expect((await faultOf(call)).message).toContain('no trusted CA signed');
  });
});
