import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config.ts';

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
