import { type ParseArgsConfig, parseArgs } from 'node:util';
import { lookUp } from '../base/records.ts';
import { type Shell, UserError } from './shell.ts';
import { nearest } from './suggest.ts';

export interface Flag {
  /** One letter, as in `-n`. */
  short?: string;
  /** What stands for its value in the help, such as `NAME`; absent: the flag takes none. */
  value?: string;
  /** May be given several times. */
  repeated?: boolean;
  text: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** What was typed behind the command's name. */
export interface Given {
  /** Words that belong to no flag. */
  words: readonly string[];
  text(flag: string): string | undefined;
  texts(flag: string): readonly string[];
  has(flag: string): boolean;
}

export interface Command {
  name: string;
  summary: string;
  /** Behind the program's and the command's name, such as `PATTERN... [flags]`. */
  usage: string;
  details: readonly string[];
  flags: Flags;
  /** Comment and the words behind the program's name. */
  examples: readonly (readonly [comment: string, words: string])[];
  /** What its exit codes mean, beside 0 for success and 2 for failure. */
  found?: string;
  run(given: Given, shell: Shell): Promise<number>;
}

/** How to reach the API server, as in kubectl. */
export const kubeFlags = {
  namespace: { short: 'n', value: 'NAME', text: 'namespace; default: the one of the current context' },
  context: { value: 'NAME', text: 'context of the kubeconfig to use' },
  kubeconfig: { value: 'FILE', text: 'kubeconfig to use instead of $KUBECONFIG or ~/.kube/config' },
  'operator-namespace': { value: 'NAME', text: 'where the Secrets of an EventCluster are; default: sluice-system' },
} as const satisfies Flags;

export const helpFlag: Flag = { short: 'h', text: 'show this help' };

/** Reads the words behind a command's name. Throws UserError for a flag that is unknown, or used in a wrong way. */
export function readArguments(args: readonly string[], flags: Flags): Given {
  const all: Flags = { ...flags, help: helpFlag };
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Object.entries(all).map(([name, { short, value }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', ...(short && { short }) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const words: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = lookUp(all, token.name);
    if (flag === undefined) throw unknownFlag(token.rawName, all);
    const earlier = values.get(token.name) ?? [];
    if (earlier.length > 0 && !flag.repeated) throw new UserError(`the flag ${token.rawName} is given twice`);
    values.set(token.name, [...earlier, readValue(flag, token)]);
  }
  return {
    words,
    text: (flag) => values.get(flag)?.[0],
    texts: (flag) => values.get(flag) ?? [],
    has: (flag) => values.has(flag),
  };
}

interface OptionToken {
  rawName: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
}

function readValue(flag: Flag, { rawName, value, inlineValue }: OptionToken): string {
  if (flag.value === undefined) {
    if (value !== undefined) throw new UserError(`the flag ${rawName} takes no value, and "${value}" was given`);
    return '';
  }
  // `-n=shop`, which kubectl reads so too.
  const text = !rawName.startsWith('--') && value?.startsWith('=') ? value.slice(1) : value;
  const isFlag = !inlineValue && text !== '-' && text?.startsWith('-');
  if (!text || isFlag) throw new UserError(`the flag ${rawName} needs a value: ${rawName} ${flag.value}`);
  return text;
}

function unknownFlag(rawName: string, flags: Flags): UserError {
  const known = Object.entries(flags).flatMap(([name, { short }]) => [`--${name}`, ...(short ? [`-${short}`] : [])]);
  const meant = rawName.startsWith('--') ? nearest(rawName, known) : undefined;
  return new UserError(`unknown flag ${rawName}`, meant && `Did you mean ${meant}?`);
}
