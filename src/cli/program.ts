import { type Command, type Given, readArguments } from './command.ts';
import { diffCommand } from './diff/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { describeFailure } from './failure.ts';
import { describeCommand, describeProgram } from './help.ts';
import { importCommand } from './import/command.ts';
import { schemaCommand } from './schema/command.ts';
import { exitCode, type Shell, UserError } from './shell.ts';
import { simulateCommand } from './simulate/command.ts';
import { nearest } from './suggest.ts';
import { versionCommand } from './version.ts';

const helpCommand: Command = {
  name: 'help',
  summary: 'say what there is, or more about one command',
  usage: '[COMMAND]',
  details: [],
  flags: {},
  examples: [['What import does', 'help import']],
  run: async ({ words: [name] }, shell) => {
    shell.print(name === undefined ? describeProgram(shell.program, commands) : helpOn(shell, named(shell, name)));
    return exitCode.done;
  },
};

const commands: readonly Command[] = [
  importCommand,
  diffCommand,
  schemaCommand,
  simulateCommand,
  doctorCommand,
  versionCommand,
  helpCommand,
];

/** Runs what the words ask for and returns the exit code. */
export async function runProgram(args: readonly string[], shell: Shell): Promise<number> {
  try {
    return await dispatch(args, shell);
  } catch (error) {
    for (const line of describeFailure(error)) shell.say(line);
    return exitCode.failed;
  }
}

function dispatch([first = '', ...rest]: readonly string[], shell: Shell): Promise<number> {
  if (['', '-h', '--help'].includes(first)) return run(helpCommand, [], shell);
  if (first === '--version') return run(versionCommand, [], shell);
  return run(named(shell, first), rest, shell);
}

async function run(command: Command, args: readonly string[], shell: Shell): Promise<number> {
  const given = understood(command, args, shell);
  if (!given.has('help')) return command.run(given, shell);
  shell.print(helpOn(shell, command));
  return exitCode.done;
}

/** Tells a user who typed something wrong where to look, unless there is a better hint. */
function understood({ name, flags }: Command, args: readonly string[], { program }: Shell): Given {
  try {
    return readArguments(args, flags);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message, error.next ?? `See "${program} ${name} --help".`);
  }
}

function helpOn({ program }: Shell, command: Command): string {
  return describeCommand(program, command);
}

function named({ program }: Shell, name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) return command;
  const names = commands.map((one) => one.name);
  const meant = nearest(name, names);
  const next = meant === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean "${program} ${meant}"?`;
  throw new UserError(name.startsWith('-') ? `the command comes before "${name}"` : `unknown command "${name}"`, next);
}
