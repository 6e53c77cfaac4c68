import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventTopic } from '../../../src/crds/event-topic.ts';
import { reasons } from '../../../src/crds/reasons.ts';

const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/event-topic.md'), 'utf8');
const section = (title: string) => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';

/** Every reason that the sources of the kind name, and those that the runtime gives to every kind. */
function reasonsOfTopics(): string[] {
  const folder = join(root, 'src/controllers');
  const files = [
    ...readdirSync(join(folder, 'event-topic'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, 'event-topic', name)),
    ...readdirSync(folder, { encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
    join(root, 'src/runtime/reasons.ts'),
  ];
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const named = [...text.matchAll(/\b(?:Runtime)?Reason\.(\w+)|^ {2}(\w+): '\2',$/gm)].map(([, a, b]) => a ?? b ?? '');
  return [...new Set(named)].filter((name) => name in reasons).sort();
}

describe('the page of EventTopic', () => {
  it.each(Object.keys(eventTopic.spec.shape))('says what spec.%s means', (field) => {
    expect(section('Fields')).toMatch(new RegExp(`^\\| \`${field}\``, 'm'));
  });

  it.each(Object.keys(eventTopic.status.shape).filter((field) => field !== 'conditions' && !field.startsWith('last')))(
    'says what status.%s means',
    (field) => expect(section('Status')).toContain(`\`${field}\``),
  );

  it.each(reasonsOfTopics())('says what the reason %s means', (reason) => {
    expect(section('Status')).toContain(`\`${reason}\``);
  });
});
