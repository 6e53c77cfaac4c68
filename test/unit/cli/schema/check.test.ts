import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../shells.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-check-'));
const elsewhere = mkdtempSync(join(tmpdir(), 'sluice-check-'));
afterAll(() => {
  for (const made of [folder, elsewhere]) rmSync(made, { recursive: true });
});

const person = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
const git = (...args: string[]) =>
  execFileSync('git', [...person, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();

const record = (...fields: string[]) =>
  JSON.stringify({ type: 'record', name: 'Order', fields: fields.map((one) => JSON.parse(one)) });
const id = '{"name":"id","type":"string"}';
const total = '{"name":"total","type":"int"}';

function write(file: string, ...documents: string[]): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), documents.join('---\n'));
}

function manifest(name: string, spec: Record<string, unknown>): string {
  const lines = Object.entries(spec).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
  return `apiVersion: sluice.dev/v1alpha1\nkind: EventSchema\nmetadata: {name: ${name}}\nspec:\n${lines.join('')}`;
}

const check = (...args: string[]) => run(['schema', 'check', join(folder, 'manifests'), ...args]);

let base: string;
beforeAll(() => {
  git('init', '--quiet', '--initial-branch', 'main');
  write('manifests/order.yaml', manifest('order', { schema: record(id) }), manifest('kept', { schema: record(id) }));
  write('manifests/other.yaml', 'kind: ConfigMap\n');
  write('manifests/values.yaml', 'image: sluice\n');
  write('charts/template.yaml', '{{- if .Values.schemas }}\nkind: EventSchema\n{{- end }}\n');
  git('add', '.');
  git('commit', '--quiet', '--message', 'Begin');
  base = git('rev-parse', 'HEAD');
  git('switch', '--quiet', '--create', 'change');
  write(
    'manifests/order.yaml',
    manifest('order', { schema: record(id, total) }),
    manifest('kept', { schema: record(id) }),
  );
  write('manifests/new.yaml', manifest('new', { format: 'JSONSchema', schema: '{"type":"string"}' }));
});

const problem = {
  message:
    'this schema cannot read what the schema before writes: it needs field "total" of record "Order", which is not written and has no default',
  fix: 'Give the field a default, or remove the field.',
};

describe('sluice schema check', () => {
  it('compares with where the branch began, and says in a pipe what breaks and where', async () => {
    expect(await check()).toEqual({
      code: 1,
      out: [
        'compatible: new in manifests/new.yaml:6, new',
        'incompatible: order in manifests/order.yaml:5, at level Backward',
        `  ! /fields/1  AvroFieldWithoutDefault: ${problem.message}`,
        `      ${problem.fix}`,
        'compatible: kept in manifests/order.yaml:11, at level Backward',
        '',
        `2 compatible, 1 incompatible, 0 unproven; compared with ${base.slice(0, 12)}`,
        '',
      ].join('\n'),
      said: [expect.stringMatching(/^warning: passed over, as it was before: charts\/template.yaml is not YAML: /)],
    });
  });

  it('says it to GitHub, beside the lines of the pull request', async () => {
    const { code, out } = await check('-o', 'github', '--against', base);
    const place = 'file=manifests/order.yaml,line=5,title=AvroFieldWithoutDefault in order at /fields/1';
    expect({ code, lines: out.split('\n') }).toEqual({
      code: 1,
      lines: [
        `::error ${place}::${problem.message}. ${problem.fix}`,
        `2 compatible, 1 incompatible, 0 unproven; compared with ${base.slice(0, 12)}`,
        '',
      ],
    });
  });

  it('says it to programs', async () => {
    const { code, out } = await check('-o', 'json');
    expect({ code, answer: JSON.parse(out) }).toMatchObject({
      code: 1,
      answer: {
        against: base,
        schemas: [
          { name: 'new', format: 'JSONSchema', isNew: true, verdict: 'compatible' },
          {
            ...{ file: 'manifests/order.yaml', line: 5, subject: 'order', compatibility: 'Backward', isNew: false },
            ...{ verdict: 'incompatible', problems: [{ rule: 'AvroFieldWithoutDefault', path: '/fields/1' }] },
          },
          { name: 'kept', verdict: 'compatible' },
        ],
      },
    });
  });

  it('is content at a level that allows the change', async () => {
    expect(await check('--compatibility', 'Forward')).toMatchObject({ code: 0 });
  });

  it('finds what was there before in a file that was moved', async () => {
    renameSync(join(folder, 'manifests/order.yaml'), join(folder, 'manifests/moved.yaml'));
    const { code, out } = await check();
    renameSync(join(folder, 'manifests/moved.yaml'), join(folder, 'manifests/order.yaml'));
    expect(code).toBe(1);
    expect(out).toContain('incompatible: order in manifests/moved.yaml:5');
  });

  it.each([
    {
      it: 'what is no schema',
      spec: { schema: '"itn"' },
      code: 1,
      says: 'incompatible: added in manifests/added.yaml:5, new\n  ! /  AvroTypeUnknown',
    },
    {
      it: 'another format of a subject',
      spec: { subject: 'order', format: 'JSONSchema', schema: '{}' },
      code: 1,
      says: 'FormatChanged: the format was Avro and is JSONSchema',
    },
    {
      it: 'a reference to what the files hold',
      spec: {
        schema: record('{"name":"o","type":"Order"}').replace('"Order"', '"Bill"'),
        references: [{ name: 'Order', subject: 'kept', version: 1 }],
      },
      code: 0,
      says: 'compatible: added',
    },
    {
      it: 'a reference to what they do not hold, which cannot be checked',
      spec: { schema: record(id), references: [{ name: 'Money', subject: 'money', version: 1 }] },
      code: 2,
      says: 'unproven: added in manifests/added.yaml:5, new\n  ~ /  ReferenceNotGiven: it refers to subject "money"',
    },
  ])('judges $it', async ({ spec, code, says }) => {
    write('manifests/added.yaml', manifest('added', spec));
    const answer = await check('--compatibility', 'Forward');
    rmSync(join(folder, 'manifests/added.yaml'));
    expect(answer.out).toContain(says);
    expect(answer.code).toBe(code);
  });

  it.each([
    { args: ['--against', 'nothing'], says: 'error: --against: there is no revision "nothing"' },
    { args: ['-o', 'yaml'], says: 'error: --output: "yaml" is none of text, json, github' },
    { args: ['--batch', '-'], says: 'error: schema check knows no --batch' },
    { args: ['--compatibility', 'Sideward'], says: 'error: --compatibility: "Sideward" is none of None, Backward' },
  ])('cannot check with $args', async ({ args, says }) => {
    const { code, said } = await check(...args);
    expect(code).toBe(2);
    expect(said.join('\n')).toContain(says);
  });

  it.each([
    { paths: [], says: 'error: which schemas?' },
    { paths: [join(folder, 'absent')], says: 'there is no such file' },
    { paths: [join(folder, 'manifests/other.yaml')], says: 'hold no EventSchema' },
    { paths: [elsewhere], says: 'is in no git repository' },
  ])('cannot check $paths', async ({ paths, says }) => {
    const { code, said } = await run(['schema', 'check', ...paths]);
    expect(code).toBe(2);
    expect(said.join('\n')).toContain(says);
  });
});
