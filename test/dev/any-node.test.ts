import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { readableByAnyNode, refusalOfOldNode } from '../../dev/bundle/any-node.ts';
import { bundleOperator } from '../../dev/tasks/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-any-node-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  code: unknown;
  stdout: string;
  stderr: string;
}

/** Runs a file under our own Node, which says it is another. */
function runAs(version: string, file: string): Promise<Outcome> {
  const claim = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', `data:text/javascript,${claim}`, file], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

function written(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const refusal = (program: string, version: string) =>
  `error: ${program} needs Node 24.6 or newer, and ${process.execPath} is ${version}: install one from https://nodejs.org/en/download and put it first on your PATH\n`;

describe('a program for any Node', () => {
  const script = `/* a comment */ using nothing = null;
    console.log(require('node:path').basename(__filename), __url);`;
  const program = readableByAnyNode('a program', script);

  it.each(['as-command', 'as-module.mjs', 'as-script.cjs'])('runs %s', async (name) => {
    const file = written(name, program);
    const { stdout, stderr } = await runAs(process.versions.node, file);
    expect({ stdout, stderr }).toEqual({ stdout: `${name} file://${file}\n`, stderr: '' });
  });

  it.each(['12.22.12', '20.20.2', '24.5.0'])('says in one line that Node %s is too old', async (version) => {
    const file = written('old.mjs', program);
    expect(await runAs(version, file)).toEqual({ code: 2, stdout: '', stderr: refusal('a program', version) });
  });

  it.each(['24.6.0', '25.0.0', '100.0.0'])('runs on Node %s', async (version) => {
    expect(await runAs(version, written('new.mjs', program))).toMatchObject({ code: 0, stderr: '' });
  });

  it('has nothing in it that an old Node cannot read', async () => {
    await transform(program, { target: 'es5', supported: { 'node-colon-prefix-require': true } });
    await expect(transform(`${program}\nconst x = 1;`, { target: 'es5' })).rejects.toThrow('not supported');
  });

  it('names the line of the file where it fails', async () => {
    const file = written('fails.mjs', readableByAnyNode('a program', '\nthrow new Error("here")'));
    const line = program.slice(0, program.indexOf('/* a comment')).split('\n').length + 1;
    expect((await runAs('24.6.0', file)).stderr).toContain(`${file}:${line}`);
  });

  it('refuses a script that holds the mark which stands for the end of a comment', () => {
    expect(() => readableByAnyNode('a program', '"*~/"')).toThrow('choose another mark');
  });
});

it('says of the operator too that its Node is too old', async () => {
  const file = join(folder, 'sluice.mjs');
  await bundleOperator(file);
  expect(await runAs('20.20.2', file)).toEqual({ code: 2, stdout: '', stderr: refusal('the operator', '20.20.2') });
  await transform(refusalOfOldNode('the operator'), { target: 'es5' });
});
