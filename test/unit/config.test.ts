import { describe, expect, it } from 'vitest';
import { ConfigError, holderOf, loadConfig } from '../../src/config.ts';

describe('the namespaces whose Secrets may be named', () => {
  it.each([
    { it: 'are none by default', text: undefined, namespaces: [] },
    { it: 'are separated by commas', text: 'kafka, kafka-test,,kafka', namespaces: ['kafka', 'kafka-test'] },
  ])('$it', ({ text, namespaces }) => {
    expect(loadConfig({ SLUICE_SECRET_NAMESPACES: text }).SLUICE_SECRET_NAMESPACES).toEqual(namespaces);
  });

  it('are names, never patterns', () => {
    expect(() => loadConfig({ SLUICE_SECRET_NAMESPACES: 'kafka,*' })).toThrow(ConfigError);
    expect(() => loadConfig({ SLUICE_SECRET_NAMESPACES: 'kafka,*' })).toThrow('SLUICE_SECRET_NAMESPACES="kafka,*"');
  });
});

describe('who a process is in the lease', () => {
  it.each([
    { it: 'is the host by default', env: {}, holder: 'pod-1-0f8fad5b' },
    { it: 'is called as it is told', env: { SLUICE_IDENTITY: 'east' }, holder: 'east-0f8fad5b' },
  ])('$it, with a part that no other process has', ({ env, holder }) => {
    expect(holderOf(loadConfig(env), 'pod-1', '0f8fad5b-d9cb-469f-a165-70867728950e')).toBe(holder);
  });
});

describe('the webhook', () => {
  it('is off by default, and then reached by its Service', () => {
    const config = loadConfig({});
    expect(config.SLUICE_WEBHOOK_ADDRESS).toBeUndefined();
    expect(config.SLUICE_WEBHOOK_NAMES).toBeUndefined();
  });

  it('may be reached under names and addresses', () => {
    const { SLUICE_WEBHOOK_NAMES: names } = loadConfig({ SLUICE_WEBHOOK_NAMES: 'sluice.example, 10.0.0.1' });
    expect(names).toEqual(['sluice.example', '10.0.0.1']);
  });

  it.each(['', 'https://sluice.example', '*.example'])('is not called "%s"', (names) => {
    expect(() => loadConfig({ SLUICE_WEBHOOK_NAMES: names })).toThrow(`SLUICE_WEBHOOK_NAMES="${names}": must be`);
  });
});
