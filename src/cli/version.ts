import manifest from '../../package.json' with { type: 'json' };
import type { Command } from './command.ts';
import { exitCode } from './shell.ts';

export const versionCommand: Command = {
  name: 'version',
  summary: 'print the version',
  usage: '',
  details: [],
  flags: {},
  examples: [],
  run: async (_given, shell) => {
    shell.print(`sluice ${manifest.version}\n`);
    return exitCode.done;
  },
};
