import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { run } from './shells.ts';

describe('the command line', () => {
  it.each([[[]], [['help']], [['--help']], [['-h']]])('says what there is when asked with %j', async (args) => {
    const { code, out } = await run(args, 'kubectl sluice');
    expect(code).toBe(0);
    expect(out).toContain('kubectl sluice COMMAND');
    for (const name of ['import', 'diff', 'schema', 'simulate', 'doctor', 'version', 'help'])
      expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it.each([[['help', 'import']], [['import', '--help']], [['import', 'x', '-h']]])(
    'explains import to %j',
    async (args) => {
      const { code, out } = await run(args, 'kubectl sluice');
      expect(code).toBe(0);
      expect(out).toContain("kubectl sluice import '*' --unowned -n shop");
      expect(out).toContain('Exit codes: 0 done, 1 a pattern matched no topic, 2 failed.');
    },
  );

  it.each([[['version']], [['--version']]])('says its version to %j', async (args) => {
    expect(await run(args)).toEqual({ code: 0, out: `sluice ${manifest.version}\n`, said: [] });
  });

  it.each([
    { args: ['imprt'], said: ['error: unknown command "imprt"', 'Did you mean "sluice import"?'] },
    { args: ['dance'], said: ['error: unknown command "dance"', expect.stringMatching(/^The commands are import, /)] },
    { args: ['help', 'imprt'], said: ['error: unknown command "imprt"', 'Did you mean "sluice import"?'] },
    { args: ['-n', 'shop', 'import'], said: ['error: the command comes before "-n"', expect.anything()] },
    { args: ['import', 'x', '--unowed'], said: ['error: unknown flag --unowed', 'Did you mean --unowned?'] },
    { args: ['import', 'x', '-z'], said: ['error: unknown flag -z', 'See "sluice import --help".'] },
    {
      args: ['import', 'x', '--cluster'],
      said: [expect.stringContaining('--cluster needs a value'), expect.anything()],
    },
    {
      args: ['import', 'x', '-n', '--unowned'],
      said: [expect.stringContaining('-n needs a value'), expect.anything()],
    },
    { args: ['import', 'x', '--unowned=yes'], said: [expect.stringContaining('takes no value'), expect.anything()] },
    { args: ['import', 'x', '-n', 'a', '-n', 'b'], said: [expect.stringContaining('given twice'), expect.anything()] },
    { args: ['import'], said: ['error: which topics?', `Name some, such as 'order.*', or '*' for all.`] },
    {
      args: ['import', 'x', '--bootstrap-server', 'kafka'],
      said: ['error: --bootstrap-server: "kafka" is not HOST:PORT'],
    },
    { args: ['diff'], said: ['error: which files?', 'Name one with -f; - is standard input.'] },
    { args: ['diff', 'a.yaml'], said: ['error: what is "a.yaml" for?', 'Files come after -f.'] },
    { args: ['diff', '-f', 'a', '-o', 'yaml'], said: ['error: --output: "yaml" is neither text nor json'] },
    {
      args: ['import', 'x', '--kubeconfig', '/nowhere/config'],
      said: [expect.stringMatching(/^error: cannot read the kubeconfig \/nowhere\/config: ENOENT/)],
    },
  ])('refuses $args and says what to do', async ({ args, said }) => {
    expect(await run(args)).toEqual({ code: 2, out: '', said });
  });

  it('says what to try when the brokers cannot be reached', async () => {
    const { code, said } = await run(['import', 'x', '--bootstrap-server', '127.0.0.1:1']);
    expect(code).toBe(2);
    expect(said[0]).toMatch(/^error: cannot connect to 127\.0\.0\.1:1: ECONNREFUSED/);
    expect(said[1]).toContain('--bootstrap-server');
  });
});
