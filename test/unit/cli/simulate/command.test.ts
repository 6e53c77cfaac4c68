import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../shells.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const example = join(import.meta.dirname, '../../../../examples/simulate/lunch-hour.json');
const short = join(folder, 'short.json');
const perSecond = Array.from({ length: 300 }, (_, second) => (second < 150 ? 20 : 100));
writeFileSync(
  short,
  JSON.stringify({
    name: 'short',
    seconds: 300,
    partitions: 4,
    arrivals: { perSecond },
    replicas: 1,
    note: 'by hand',
    world: { ratePerMember: 40, podStartSeconds: 5, rebalanceSeconds: 2, commitSeconds: 1 },
    objective: { maxLagSeconds: 30 },
  }),
);

const linesOf = (out: string): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('simulate', () => {
  it('shows who did what, who is dominated, and why Sluice did it', async () => {
    const { code, out, said } = await run(['simulate', '--trace', short, '--against', 'static,oracle']);
    expect({ code, said }).toEqual({ code: 0, said: [`warning: ${short}: note is not read`] });
    for (const name of ['sluice  Balanced', 'static  2', 'oracle']) expect(out).toContain(`\n  ${name} `);
    expect(out).toMatch(
      /\nsluice Balanced\n {2}[\d.]+ × the replica-seconds of static \d, .*\n {2}[\d.]+ × .* oracle\n/,
    );
  });

  it('prints a line for each trace and scaler, for programs', async () => {
    const args = ['simulate', '--trace', short, example, '--policy', 'Cost,Stable', '--against', 'keda,hpa,kpa,flink'];
    const { code, out } = await run([...args, '--thresholds', '500,2x', '-o', 'json']);
    expect(code).toBe(0);
    const lines = linesOf(out);
    const settings = ['Cost', 'Stable', '500', '80 (2x)', '500', '80 (2x)', '', ''];
    expect(lines.slice(0, 8).map(({ setting }) => setting)).toEqual(settings);
    expect(lines.map(({ trace }) => trace)).toEqual([...Array(8).fill('short'), ...Array(8).fill('lunch-hour')]);
    for (const line of lines) {
      expect(Object.keys(line)).toEqual([
        ...['trace', 'scaler', 'setting', 'lateShare', 'replicaSeconds', 'actions', 'turns', 'worstLagSeconds'],
        ...['p99LagSeconds', 'reasons', 'replicas'],
      ]);
    }
    expect(lines[0]?.replicas).toHaveLength(300);
  });

  it('is the engine under the policy Balanced, when nobody else is asked for', async () => {
    const { out } = await run(['simulate', '--trace', short, '--against', 'none', '-o', 'json']);
    expect(linesOf(out).map(({ scaler, setting }) => [scaler, setting])).toEqual([['sluice', 'Balanced']]);
  });

  it('keeps the example within its objective', async () => {
    const { out } = await run(['simulate', '--trace', example, '--against', 'none', '-o', 'json']);
    const [line] = linesOf(out);
    expect(line).toMatchObject({ trace: 'lunch-hour', lateShare: 0 });
    expect(line?.worstLagSeconds).toBeLessThanOrEqual(60);
  });

  it('draws a picture', async () => {
    const picture = join(folder, 'short.svg');
    const { said } = await run(['simulate', '--trace', short, '--against', 'keda,oracle', '--svg', picture]);
    expect(said).toContain(`wrote ${picture}`);
    const svg = readFileSync(picture, 'utf8');
    for (const words of ['sluice Balanced', 'oracle', 'objective 30 s', '2 min']) expect(svg).toContain(`>${words}<`);
    expect(svg.match(/class="name"/g)).toHaveLength(3);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it.each([
    { args: [], said: ['error: which trace?', expect.stringContaining('--trace')] },
    { args: ['--trace', short, '-o', 'yaml'], said: ['error: --output: "yaml" is neither text nor json'] },
    {
      args: ['--trace', short, '--against', 'kda'],
      said: ['error: --against: there is no "kda"', 'Did you mean keda?'],
    },
    {
      args: ['--trace', short, '--policy', 'cheap'],
      said: ['error: --policy: there is no "cheap"', 'There are Cost, Balanced, Stable.'],
    },
    {
      args: ['--trace', short, '--thresholds', '5,0x'],
      said: ['error: --thresholds: "0x" is neither records, such as 500, nor a multiple, such as 2x'],
    },
    {
      args: ['--trace', '/nowhere.json'],
      said: ['error: cannot read /nowhere.json: there is no such file', expect.stringContaining('examples/simulate/')],
    },
  ])('refuses $args and says what to do', async ({ args, said }) => {
    expect(await run(['simulate', ...args])).toEqual({ code: 2, out: '', said });
  });

  it('says where a picture cannot be written', async () => {
    const { code, said } = await run(['simulate', '--trace', short, '--against', 'none', '--svg', '/nowhere/a.svg']);
    expect(code).toBe(2);
    expect(said.at(-2)).toBe('error: --svg: cannot write /nowhere/a.svg: ENOENT');
  });
});
