import { expect, it } from 'vitest';
import { parseEventCluster } from '../../../src/crds/event-cluster.ts';
import { parseEventTopic } from '../../../src/crds/event-topic.ts';

const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };

it('keeps settings under names that every object has', () => {
  const config = { constructor: 'a', toString: 'b' };
  const parsed = parseEventTopic({ metadata, spec: { config } });
  expect(parsed).toMatchObject({ ok: true, resource: { spec: { config } } });
});

it.each([
  {
    it: 'more than 64 Ki characters of settings',
    config: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`key.${index}`, 'x'.repeat(8_000)])),
    says: 'spec.config: keys and values have 72045 characters and may have 65536; remove some',
  },
  {
    it: 'a setting with a name that none can have',
    config: { ['k'.repeat(250)]: 1 },
    says: `spec.config: "${'k'.repeat(40)}…" is longer than the 249 characters of a setting; remove it`,
  },
])('does not read $it', ({ config, says }) => {
  expect(parseEventTopic({ metadata, spec: { config } })).toEqual({ ok: false, problems: [says] });
});

it('reads 64 Ki characters of settings', () => {
  const config = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`key.${index}`, 'x'.repeat(8_186)]));
  expect(parseEventTopic({ metadata, spec: { config } })).toMatchObject({ ok: true });
});

it.each([
  { it: 'a map', value: { toString: 'a' } },
  { it: 'a list', value: [{ toString: 'a' }] },
])('reads $it in place of a setting, whatever is in it, so that the kind can say what to write', ({ value }) => {
  expect(parseEventTopic({ metadata, spec: { config: { a: value } } })).toMatchObject({ ok: true });
});

it('says that it does not read the one key that its parser leaves out', () => {
  const spec = JSON.parse('{"config": {"__proto__": "a", "retention.ms": 1}}');
  expect(parseEventTopic({ metadata, spec })).toEqual({
    ok: false,
    problems: ['spec.config.__proto__: no key is called so; remove it, or use another one'],
  });
});

it('reads no selector that would lose its only label, and with it select everybody', () => {
  const spec = JSON.parse(
    '{"kafka": {"bootstrapServers": ["kafka:9092"]}, "access": [{"namespaceSelector": {"matchLabels": {"__proto__": "a"}}}]}',
  );
  expect(parseEventCluster({ metadata, spec })).toMatchObject({
    ok: false,
    problems: [expect.stringContaining('spec.access.0.namespaceSelector.matchLabels.__proto__')],
  });
});
