import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventTopic } from '../../../src/crds/event-topic.ts';
import { reasons } from '../../../src/crds/reasons.ts';

const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/event-topic.md'), 'utf8');
const section = (title: string) => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';

const controllers = join(root, 'src/controllers');
const sourcesIn = (folder: string) =>
  readdirSync(join(controllers, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(controllers, folder, name), 'utf8'));

/** Every reason that the sources of the kind name, with what they share with other kinds, and those of the runtime. */
function reasonsOfTopics(): string[] {
  const own = sourcesIn('event-topic').join('\n');
  const shared = new Set([...own.matchAll(/'(?:\.\.\/)+([\w-]+\.ts)'/g)].map(([, name = '']) => name));
  const others = readdirSync(controllers).filter((name) => shared.has(name));
  const text = [
    own,
    ...others.map((name) => readFileSync(join(controllers, name), 'utf8')),
    readFileSync(join(root, 'src/runtime/reasons.ts'), 'utf8'),
  ].join('\n');
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
