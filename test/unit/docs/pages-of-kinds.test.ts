import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kinds } from '../../../src/crds/index.ts';
import { type Reason, reasons } from '../../../src/crds/reasons.ts';

const root = join(import.meta.dirname, '../../..');

/** The text under a heading, to the next one of its level. */
function section(page: string, title: string): string {
  return page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
}

/** What a kind decides with: its own folder, and what that takes from its neighbours. */
function sourcesOf(name: string): string[] {
  const folder = join(root, 'src/controllers', name);
  const files = new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)));
  for (const file of [...files].filter((one) => !one.endsWith('.ts'))) files.delete(file);
  for (const file of files) {
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import (?!type).*|}) from '(\..+)'/gm)) {
      const other = join(dirname(file), path);
      if (/src\/(controllers|scaling)\//.test(other)) files.add(other);
    }
  }
  return [...files].map((file) => readFileSync(file, 'utf8'));
}

/** What the sources name and a kind never says, with the cause. */
const never: Record<string, readonly Reason[]> = {
  // It does nothing, holds no finalizer, cannot be paused, and takes every denial as an outage.
  'event-cluster': ['Progressing', 'Paused', 'Deleting', 'AuthorizationDenied'],
  // It needs no Kafka, and holds no finalizer.
  'event-schema': ['ClusterNotReady', 'Deleting'],
  // It writes nothing to Kafka, and holds no finalizer.
  'event-consumer': ['ClusterReadOnly', 'Deleting'],
};

/** Every reason that a kind names, in a variable or in words, and those of the runtime. */
function reasonsOf(name: string): string[] {
  const text = [...sourcesOf(name), readFileSync(join(root, 'src/runtime/reasons.ts'), 'utf8')];
  const named = [...text.join('\n').matchAll(/\bReason\.(\w+)|'(\w+)'/g)].map(([, a, b]) => a ?? b ?? '');
  const said = new Set(named.filter((reason) => reason in reasons));
  for (const reason of never[name] ?? []) said.delete(reason);
  return [...said].sort();
}

const pages = kinds.map((kind) => {
  const name = kind.kind.replace(/\B[A-Z]/, '-$&').toLowerCase();
  return { kind, name, page: readFileSync(join(root, 'docs', `${name}.md`), 'utf8') };
});

describe.each(pages)('the page of $kind.kind', ({ kind, name, page }) => {
  it.each(Object.keys(kind.spec.shape))('says what spec.%s means', (field) => {
    expect(section(page, 'Fields')).toMatch(new RegExp(`^\\| \`${field}\``, 'm'));
  });

  const told = Object.keys(kind.status.shape).filter(
    (field) => field !== 'conditions' && !field.startsWith('lastHandled'),
  );
  it.each(told)('says what status.%s means', (field) => {
    expect(section(page, 'Status')).toContain(`\`${field}\``);
  });

  it.each(reasonsOf(name))('says what the reason %s means', (reason) => {
    expect(section(page, 'Status')).toContain(`\`${reason}\``);
  });
});

it.each(Object.keys(reasons))('the reason %s is on the page of a kind', (reason) => {
  expect(pages.filter(({ page }) => section(page, 'Status').includes(`\`${reason}\``))).not.toEqual([]);
});
