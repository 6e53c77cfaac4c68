import { inject } from 'vitest';
import { createRegistryConnections } from '../../../src/adapters/registry/connections.ts';
import { defaultRegistrySettings } from '../../../src/adapters/registry/settings.ts';
import { describeSchemaRegistry } from './schema-registry.contract.ts';

describeSchemaRegistry('of the local environment', () => {
  const registries = createRegistryConnections({
    ...defaultRegistrySettings,
    callTimeoutMs: 60_000,
    fence: () => true,
  });
  return registries.to({ name: 'contract', url: inject('world').registry.url });
});
