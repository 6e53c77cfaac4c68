import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manifestsIn, readManifests } from '../../../../src/cli/diff/manifests.ts';
import { UserError } from '../../../../src/cli/shell.ts';

const head = 'apiVersion: sluice.dev/v1alpha1\nkind: EventTopic';
const topic = (name: string) => `${head}\nmetadata: {name: ${name}}\n`;
const namesIn = (text: string) => manifestsIn('topics.yaml', text).map(({ name }) => name);

describe('the manifests of a text', () => {
  it.each([
    { it: 'are its documents', text: `${topic('a')}---\n${topic('b')}`, names: ['a', 'b'] },
    { it: 'are not its empty documents', text: `---\n# nothing\n---\n${topic('a')}---\n`, names: ['a'] },
    { it: 'may be none', text: '', names: [] },
    {
      it: 'may be JSON',
      text: '{"apiVersion": "v1", "kind": "EventTopic", "metadata": {"name": "a"}}',
      names: ['a'],
    },
    {
      it: 'are the items of a list',
      text: `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: A, metadata: {name: a}}\n- {apiVersion: v1, kind: B, metadata: {name: b}}`,
      names: ['a', 'b'],
    },
  ])('$it', ({ text, names }) => {
    expect(namesIn(text)).toEqual(names);
  });

  it('keep namespace and spec, read as kubectl reads them', () => {
    const text = `${head}\nmetadata: {name: a, namespace: shop}\nspec: {config: {preallocate: on, retention.ms: "010"}}`;
    expect(manifestsIn('topics.yaml', text)).toEqual([
      {
        source: 'topics.yaml',
        apiVersion: 'sluice.dev/v1alpha1',
        kind: 'EventTopic',
        name: 'a',
        namespace: 'shop',
        fields: {
          apiVersion: 'sluice.dev/v1alpha1',
          kind: 'EventTopic',
          metadata: { name: 'a', namespace: 'shop' },
          spec: { config: { preallocate: true, 'retention.ms': '010' } },
        },
      },
    ]);
  });

  it.each([
    { text: 'a: [', says: /^topics\.yaml is not YAML: / },
    { text: 'a: 1\na: 2', says: /^topics\.yaml is not YAML: .*unique/s },
    { text: 'just words', says: 'topics.yaml holds a document that is no Kubernetes object' },
    { text: 'a: 1', says: 'topics.yaml holds an object without apiVersion or kind' },
    { text: head, says: 'topics.yaml holds a EventTopic without metadata.name' },
  ])('are refused in $text', ({ text, says }) => {
    expect(() => manifestsIn('topics.yaml', text)).toThrow(UserError);
    expect(() => manifestsIn('topics.yaml', text)).toThrow(says);
  });
});

describe('reading manifests', () => {
  const readInput = async () => topic('typed');

  it('takes files, folders and standard input in the order in which they are named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-manifests-'));
    try {
      mkdirSync(join(folder, 'in', 'deep'), { recursive: true });
      writeFileSync(join(folder, 'odd-name'), topic('odd'));
      for (const file of ['in/b.yml', 'in/a.yaml', 'in/c.json', 'in/d.txt', 'in/deep/e.yaml']) {
        writeFileSync(join(folder, file), topic(file.slice(-6, -5)));
      }
      const read = async (recursive: boolean, ...paths: string[]) => {
        return (await readManifests({ paths, recursive, readInput })).map(({ source }) => source.replace(folder, ''));
      };
      const all = [join(folder, 'odd-name'), '-', join(folder, 'in')];
      expect(await read(false, ...all)).toEqual([
        '/odd-name',
        'standard input',
        '/in/a.yaml',
        '/in/b.yml',
        '/in/c.json',
      ]);
      expect(await read(true, join(folder, 'in'))).toContain('/in/deep/e.yaml');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says which file is not there', async () => {
    const reading = readManifests({ paths: ['/nowhere/x.yaml'], recursive: false, readInput });
    await expect(reading).rejects.toThrow('cannot read /nowhere/x.yaml: there is no such file');
  });
});
