import { parseJson } from '../../base/json.ts';
import { isRecord } from '../../base/records.ts';
import { textOfError } from '../../base/text.ts';
import { checkCompatibility, type Question } from '../../compat/check.ts';
import type { Text } from '../../compat/problem.ts';
import { compatibilityLevels } from '../../crds/event-schema.ts';
import { isFormat, isLevel, schemaFormats } from './words.ts';

/** What a line has, as it was read. */
interface Asked extends Question {
  id: string | number;
}

/** For a line that could be read, one of JSON; for another one, what is wrong with it. */
export type Answered = { answer: string } | { error: string };

/**
 * Answers lines of `{id, format, compatibility, old, new, oldReferences?, newReferences?}` in their order, each before the
 * next is read, so that any number of them can be asked. Empty ones are passed over.
 */
export async function* answerBatch(input: AsyncIterable<string>): AsyncIterable<Answered> {
  let number = 0;
  for await (const line of linesOf(input)) {
    number += 1;
    if (line.trim() === '') continue;
    const asked = readLine(line);
    yield typeof asked === 'string' ? { error: `line ${number}: ${asked}` } : answerTo(asked, number);
  }
}

/** A fault of ours at one line is told, and the others are answered all the same. */
function answerTo(asked: Asked, number: number): Answered {
  try {
    return { answer: JSON.stringify({ id: asked.id, ...checkCompatibility(asked) }) };
  } catch (error) {
    return { error: `line ${number}: the checker failed, which is a bug: ${textOfError(error)}` };
  }
}

/** Not by `readline`, which ends lines within the texts of JSON, as at U+2028. */
async function* linesOf(parts: AsyncIterable<string>): AsyncIterable<string> {
  let begun = '';
  for await (const part of parts) {
    const [first = '', ...others] = part.split('\n');
    begun += first;
    for (const line of others) {
      yield begun;
      begun = line;
    }
  }
  yield begun;
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
