import { checkCompatibility, type Question, type SchemaFormat } from '../../compat/check.ts';
import type { Text, Verdict, Version } from '../../compat/problem.ts';
import { compatibilityLevels } from '../../crds/event-schema.ts';
import type { Command, Given } from '../command.ts';
import { contentInParts, contentOf } from '../files.ts';
import { inColours, plainly } from '../paint.ts';
import { exitCode, type Shell, UserError } from '../shell.ts';
import { answerBatch } from './batch.ts';
import { checkFiles } from './check/command.ts';
import { formatOf } from './format.ts';
import { printAnswer } from './print.ts';
import { isFormat, isLevel, schemaFormats } from './words.ts';

export const schemaCommand: Command = {
  name: 'schema',
  summary: 'say whether schemas may follow what was there before',
  usage: 'compare OLD NEW [flags] | check DIR|FILE... [flags]',
  details: [
    'compare takes two texts of schemas; check takes EventSchemas, and compares them with what they were in a git revision.',
    'Neither asks a registry or a cluster. What is found has a rule, a place in the new schema',
    'and what to do: "!" breaks readers, "~" is legal and known to hurt, "·" is worth knowing.',
  ],
  flags: {
    format: {
      value: 'FORMAT',
      text: `compare: ${schemaFormats.join(', ')}; default: what the files look like, or Avro`,
    },
    compatibility: {
      value: 'LEVEL',
      text:
        'Backward (default): NEW reads data of OLD. Forward: OLD reads data of NEW. Full: both. ' +
        'check: of EventSchemas that name none',
    },
    against: {
      value: 'REVISION',
      text: 'check: the git revision to compare with; default: where HEAD left the default branch',
    },
    'old-reference': { value: 'NAME=FILE', repeated: true, text: 'a schema that OLD refers to' },
    'new-reference': { value: 'NAME=FILE', repeated: true, text: 'a schema that NEW refers to' },
    output: {
      short: 'o',
      value: 'FORMAT',
      text: 'text (default) or json; check: github too, which annotates a pull request',
    },
    batch: { value: 'FILE', text: 'instead of OLD and NEW: lines of JSON, each with a pair; - is standard input' },
  },
  found: 'incompatible',
  examples: [
    ['May it be registered at this level?', 'schema compare order.v1.avsc order.avsc --compatibility Full'],
    ['May this branch be merged?', 'schema check manifests/'],
    [
      'For programs: {"id", "format", "compatibility", "old", "new"} in each line',
      'schema compare --batch - < pairs.jsonl',
    ],
  ],
  run: async (given, shell) => {
    const [what, ...files] = given.words;
    if (what === 'check') {
      refuseFlags(given, 'check', flagsOfCompare);
      return checkFiles(files, given, shell);
    }
    if (what !== 'compare') {
      throw new UserError(
        what === undefined ? 'schema: what?' : `schema: unknown command "${what}"`,
        'It can compare and check.',
      );
    }
    refuseFlags(given, 'compare', ['against']);
    const batch = given.text('batch');
    return batch === undefined ? compareFiles(files, given, shell) : compareBatch(batch, files, given, shell);
  },
};

const flagsOfCompare = ['format', 'old-reference', 'new-reference', 'batch'];

function refuseFlags(given: Given, command: string, flags: readonly string[]): void {
  const other = flags.find((flag) => given.has(flag));
  if (other !== undefined) throw new UserError(`schema ${command} knows no --${other}`);
}

async function compareBatch(batch: string, files: readonly string[], given: Given, shell: Shell): Promise<number> {
  const other = ['format', 'compatibility', 'old-reference', 'new-reference', 'output'].find((flag) => given.has(flag));
  if (other !== undefined)
    throw new UserError(`--batch and --${other} do not go together`, 'Each line says it by itself.');
  if (files.length > 0) throw new UserError(`what is "${files[0]}" for?`, 'With --batch, schemas stand in the lines.');
  let code: number = exitCode.done;
  for await (const answered of answerBatch(batch === '-' ? shell.readInputInParts() : contentInParts(batch))) {
    if ('answer' in answered) shell.print(`${answered.answer}\n`);
    else {
      shell.say(`error: ${answered.error}`);
      code = exitCode.failed;
    }
  }
  return code;
}

const exitCodes: Readonly<Record<Verdict, number>> = {
  compatible: exitCode.done,
  incompatible: exitCode.found,
  unproven: exitCode.failed,
};

async function compareFiles(files: readonly string[], given: Given, shell: Shell): Promise<number> {
  const [older, newer, third] = files;
  if (older === undefined || newer === undefined) throw new UserError('which schemas?', 'Name two files: OLD and NEW.');
  if (third !== undefined) throw new UserError(`what is "${third}" for?`, 'Two files are compared: OLD and NEW.');
  if (older === '-' && newer === '-') throw new UserError('only one of OLD and NEW can be standard input');
  const { format: named, level, json } = readFlags(given);
  const [old, candidate] = [await versionAt(older, 'old', given, shell), await versionAt(newer, 'new', given, shell)];
  const format = named ?? guessed([older, old.text], [newer, candidate.text]);
  const answer = checkCompatibility({ format, level, candidate, versions: [old] });
  const colours = shell.colours ? inColours : plainly;
  shell.print(json ? `${JSON.stringify(answer, undefined, 2)}\n` : printAnswer(answer, [older, newer], colours));
  return exitCodes[answer.verdict];
}

/** Of both files one format, each with its path and text. */
function guessed(...files: readonly (readonly [path: string, text: string])[]): SchemaFormat {
  const [first, second] = files.map(([path, text]) => formatOf(path, text));
  if (first && second && first !== second) {
    throw new UserError(`OLD looks like ${first} and NEW like ${second}`, 'Name the format by --format.');
  }
  return first ?? second ?? 'Avro';
}

function readFlags(given: Given): Pick<Question, 'level'> & { format: SchemaFormat | undefined; json: boolean } {
  const [format, level] = [given.text('format'), given.text('compatibility') ?? 'Backward'];
  if (format !== undefined && !isFormat(format))
    throw new UserError(`--format: "${format}" is none of ${schemaFormats.join(', ')}`);
  if (!isLevel(level)) throw new UserError(`--compatibility: "${level}" is none of ${compatibilityLevels.join(', ')}`);
  const output = given.text('output') ?? 'text';
  if (output !== 'json' && output !== 'text') throw new UserError(`--output: "${output}" is neither text nor json`);
  return { format, level, json: output === 'json' };
}

async function versionAt(path: string, side: 'old' | 'new', given: Given, shell: Shell): Promise<Version> {
  const references: Text['references'][number][] = [];
  for (const named of given.texts(`${side}-reference`)) {
    const [, name, file] = /^([^=]+)=(.+)$/s.exec(named) ?? [];
    if (name === undefined || file === undefined)
      throw new UserError(`--${side}-reference: "${named}" is not NAME=FILE`);
    references.push({ name, text: await contentOf(file) });
  }
  return { text: await contentAt(path, shell), references, called: `the ${side} schema` };
}

async function contentAt(path: string, { readInput }: Shell): Promise<string> {
  return path === '-' ? readInput() : contentOf(path);
}
