import { type Command, type Flag, type Flags, helpFlag } from './command.ts';

export function describeProgram(program: string, commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return lines([
    'Sluice: topics, schemas and consumers of Kafka as Kubernetes resources.',
    '',
    'Usage:',
    `  ${program} COMMAND [flags]`,
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    `"${program} help COMMAND" says more about one. Nothing here changes anything in Kafka or Kubernetes.`,
  ]);
}

export function describeCommand(program: string, command: Command): string {
  return lines([
    `${capitalised(command.summary)}.`,
    ...(command.details.length > 0 ? ['', ...command.details] : []),
    '',
    'Usage:',
    `  ${[program, command.name, command.usage].filter((part) => part !== '').join(' ')}`,
    '',
    'Flags:',
    ...describeFlags({ ...command.flags, help: helpFlag }),
    ...describeExamples(program, command.examples),
    '',
    `Exit codes: 0 done${command.found === undefined ? '' : `, 1 ${command.found}`}, 2 failed.`,
  ]);
}

function describeFlags(flags: Flags): string[] {
  const shown = Object.entries(flags).map(([name, flag]) => ({ left: spelling(name, flag), text: flag.text }));
  const width = Math.max(...shown.map(({ left }) => left.length)) + 2;
  return shown.map(({ left, text }) => `  ${left.padEnd(width)}${text}`);
}

function spelling(name: string, { short, value }: Flag): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

function describeExamples(program: string, examples: Command['examples']): string[] {
  if (examples.length === 0) return [];
  const shown = examples.flatMap(([comment, words]) => [`  # ${comment}`, `  ${program} ${words}`, '']);
  return ['', 'Examples:', ...shown.slice(0, -1)];
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
