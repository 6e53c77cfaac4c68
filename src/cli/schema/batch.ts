import { parseJson } from '../../base/json.ts';
import { isRecord } from '../../base/records.ts';
import { checkCompatibility, type Question } from '../../compat/check.ts';
import type { Text } from '../../compat/problem.ts';
import { compatibilityLevels } from '../../crds/event-schema.ts';
import { isFormat, isLevel, schemaFormats } from './words.ts';

/** What a line has, as it was read. */
interface Asked extends Question {
  id: string | number;
}

export interface Answered {
  /** A line of JSON for each line that could be read, in their order. */
  lines: readonly string[];
  /** For each of the others, its number and what is wrong with it. */
  errors: readonly string[];
}

/** Checks lines of `{id, format, compatibility, old, new, oldReferences?, newReferences?}`; empty ones are passed over. */
export function answerBatch(input: string): Answered {
  const lines: string[] = [];
  const errors: string[] = [];
  for (const [index, line] of input.split('\n').entries()) {
    if (line.trim() === '') continue;
    const asked = readLine(line);
    if (typeof asked === 'string') errors.push(`line ${index + 1}: ${asked}`);
    else lines.push(JSON.stringify({ id: asked.id, ...checkCompatibility(asked) }));
  }
  return { lines, errors };
}

/** What the line asks, or what is wrong with it. */
function readLine(line: string): Asked | string {
  const value = parseJson(line.replace(/^\uFEFF/, ''));
  if (!isRecord(value)) return 'it is no JSON object';
  const { id, format, compatibility, old, new: candidate, oldReferences = {}, newReferences = {} } = value;
  if (typeof id !== 'string' && typeof id !== 'number') return '"id" is neither a text nor a number';
  if (!isFormat(format)) return `"format" is none of ${schemaFormats.join(', ')}`;
  if (!isLevel(compatibility)) return `"compatibility" is none of ${compatibilityLevels.join(', ')}`;
  if (typeof old !== 'string') return '"old" is not the text of a schema';
  if (typeof candidate !== 'string') return '"new" is not the text of a schema';
  if (!isTexts(oldReferences)) return '"oldReferences" is no object of names and texts';
  if (!isTexts(newReferences)) return '"newReferences" is no object of names and texts';
  return {
    id,
    format,
    level: compatibility,
    candidate: { text: candidate, references: listed(newReferences), called: 'the new schema' },
    versions: [{ text: old, references: listed(oldReferences), called: 'the old schema' }],
  };
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}

function listed(texts: Readonly<Record<string, string>>): Text['references'] {
  return Object.entries(texts).map(([name, text]) => ({ name, text }));
}
