import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalOfOldNode } from '../../dev/bundle/any-node.ts';
import { bundleCommandLine, bundleOperator } from '../../dev/tasks/build.ts';
import manifest from '../../package.json' with { type: 'json' };

const folder = mkdtempSync(join(tmpdir(), 'sluice-any-node-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  code: unknown;
  stdout: string;
  stderr: string;
}

/** Runs a file under our own Node, which says it is another. */
function runAs(version: string, file: string, ...args: string[]): Promise<Outcome> {
  const claim = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  return new Promise((resolve) => {
    const all = ['--import', `data:text/javascript,${claim}`, file, ...args];
    execFile(process.execPath, all, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

const refusal = (program: string, version: string) =>
  `error: ${program} needs Node 24.6 or newer, and ${process.execPath} is ${version}: install one from https://nodejs.org/en/download and put it first on your PATH\n`;

describe('the command line, for any Node', () => {
  const built = join(folder, 'sluice-cli.mjs');
  const ofModules = join(folder, 'of-modules');
  beforeAll(async () => {
    await bundleCommandLine(built);
    mkdirSync(ofModules);
    writeFileSync(join(ofModules, 'package.json'), '{"type": "module"}');
  });

  function copiedTo(name: string): string {
    const file = join(folder, name);
    copyFileSync(built, file);
    return file;
  }

  it.each(['kubectl-sluice', 'as-module.mjs', 'as-script.cjs', 'of-modules/sluice'])('runs as %s', async (name) => {
    const file = copiedTo(name);
    expect(await runAs(process.versions.node, file, 'version')).toEqual({
      code: 0,
      stdout: `sluice ${manifest.version}\n`,
      stderr: '',
    });
  });

  it.each(['12.22.12', '20.20.2', '24.5.0'])('says in one line that Node %s is too old', async (version) => {
    for (const file of [built, copiedTo('kubectl-sluice')])
      expect(await runAs(version, file)).toEqual({ code: 2, stdout: '', stderr: refusal('sluice', version) });
  });

  it.each(['24.6.0', '25.0.0', '100.0.0'])('runs on Node %s', async (version) => {
    expect(await runAs(version, built, 'version')).toMatchObject({ code: 0, stderr: '' });
  });

  it('has nothing in it that an old Node cannot read', async () => {
    const changedByLowering = async (script: string) => {
      const [old, own] = await Promise.all(
        (['es2019', 'esnext'] as const).map((target) => transform(script, { target, logLevel: 'silent' })),
      );
      return old?.code !== own?.code;
    };
    expect(await changedByLowering(readFileSync(built, 'utf8'))).toBe(false);
    expect(await changedByLowering('a?.b; class C { #d = 1n }')).toBe(true);
  });
});

it('says of the operator too that its Node is too old', async () => {
  const file = join(folder, 'sluice.mjs');
  await bundleOperator(file);
  expect(await runAs('20.20.2', file)).toEqual({ code: 2, stdout: '', stderr: refusal('the operator', '20.20.2') });
  await transform(refusalOfOldNode('the operator'), { target: 'es5' });
});
