import { describe, expect, it } from 'vitest';
import {
  createClusterRegistries,
  missingRegistryCredentials,
  registrySecretKeysOf,
} from '../../../src/controllers/registry-credentials.ts';
import type { RegistryTarget } from '../../../src/ports/registry.ts';
import { FakeRegistry } from '../../fakes/fake-registry.ts';
import { clusterOf } from './samples.ts';
import { own, sourceWith } from './secrets.ts';

describe('the registry of an EventCluster', () => {
  const url = 'https://registry';
  const registry = { url, secretRef: { name: 'registry' }, tls: { caSecretRef: { name: 'ca', key: 'ca.crt' } } };
  const cluster = clusterOf({ registry });
  const ca = { [`${own}/ca`]: { 'ca.crt': 'the CA' } };
  const withLogin = (login: Record<string, string>) => sourceWith({ ...ca, [`${own}/registry`]: login });

  function targetWith(source: ReturnType<typeof sourceWith>): RegistryTarget | undefined {
    let asked: RegistryTarget | undefined;
    const connections = {
      to(target: RegistryTarget) {
        asked = target;
        return new FakeRegistry();
      },
      retain: () => {},
    };
    createClusterRegistries(connections, source).to(cluster);
    return asked;
  }

  it('is asked with a user and password', () => {
    expect(targetWith(withLogin({ username: 'operator', password: 'hush' }))).toEqual({
      name: 'default',
      url,
      security: { ca: 'the CA', login: { username: 'operator', password: 'hush' } },
    });
  });

  it('is asked with a token where there is one', () => {
    expect(targetWith(withLogin({ token: 'hush\n' }))?.security).toEqual({ ca: 'the CA', login: { token: 'hush' } });
  });

  it('is not asked while its Secret holds neither', () => {
    const source = withLogin({ username: 'operator' });
    expect(() => targetWith(source)).toThrow('EventCluster "default" lacks something to log in with; see its status');
    expect(missingRegistryCredentials(registry, source)).toMatchObject({
      message: 'Secret "registry" in namespace "sluice-system" lacks password, or token; add what is missing',
    });
    expect(registrySecretKeysOf(registry, source)).toEqual([`${own}/ca`, `${own}/registry`]);
  });
});
