import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OptionsError } from '../../../../bench/options-error.ts';
import { fillTemplate, readTemplate } from '../../../../bench/stage/template.ts';

const head = 'apiVersion: a/v1\nkind: Topic\nmetadata: { name: "{{name}}" }\n';

describe('readTemplate', () => {
  const rows: readonly { it: string; spec: string; template: object }[] = [
    {
      it: 'reads what topic is asked for, in words of ours',
      spec: 'spec: { partitions: 3, replicationFactor: 2, config: { cleanup.policy: compact, retention.ms: 1000 } }',
      template: {
        topic: {
          partitions: 3,
          replicationFactor: 2,
          config: new Map([
            ['cleanup.policy', 'compact'],
            ['retention.ms', '1000'],
          ]),
        },
      },
    },
    {
      it: 'understands replicas as well',
      spec: 'spec: { replicas: 2 }',
      template: { topic: { replicationFactor: 2 } },
    },
    { it: 'leaves open what the template leaves open', spec: '', template: { topic: { config: new Map() } } },
    {
      it: 'changes retention to a value that differs',
      spec: 'spec: { config: { retention.ms: "86400000" } }',
      template: { setting: { key: 'retention.ms', value: 86_460_000 } },
    },
    {
      it: 'changes retention from its default when none is given',
      spec: 'spec: { partitions: 1 }',
      template: { setting: { key: 'retention.ms', value: 604_860_000 } },
    },
  ];
  it.each(rows)('$it', ({ spec, template }) => {
    expect(readTemplate(head + spec)).toMatchObject({ apiVersion: 'a/v1', kind: 'Topic', ...template });
  });

  const wrong: readonly { it: string; text: string }[] = [
    { it: 'refuses a template without a place for the name', text: head.replace('{{name}}', 'orders') },
    { it: 'refuses a template without a kind', text: head.replace('kind: Topic', '') },
    { it: 'refuses what is not YAML', text: 'a: [' },
    { it: 'refuses several resources', text: `${head}---\n${head}` },
    { it: 'refuses an empty file', text: '' },
  ];
  it.each(wrong)('$it', ({ text }) => {
    expect(() => readTemplate(text)).toThrow(OptionsError);
  });
});

it('gives each resource its name wherever the template asks for it', () => {
  const template = readTemplate(`${head}spec: { topicName: "shop.{{name}}" }`);
  expect(fillTemplate(template, 'orders')).toMatchObject({
    metadata: { name: 'orders' },
    spec: { topicName: 'shop.orders' },
  });
});

it.each(['event-topic', 'event-topic-disposable'])('can use examples/bench/%s.yaml', (name) => {
  const text = readFileSync(new URL(`../../../../examples/bench/${name}.yaml`, import.meta.url), 'utf8');
  expect(readTemplate(text).topic).toEqual({ partitions: 3, config: new Map([['retention.ms', '604800000']]) });
});
