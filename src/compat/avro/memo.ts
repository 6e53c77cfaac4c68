import type { Text } from '../problem.ts';
import { type ParsedAvro, parseAvro } from './reading/parse.ts';

/** Of texts that are kept, all in all: some hundred schemas of a person's size. */
const mostCharacters = 2_000_000;

const parsed = new Map<string, ParsedAvro>();
let characters = 0;

/** As `parseAvro`; versions that are compared again and again are read once. */
export function parseAvroOnce(text: Text): ParsedAvro {
  const key = text.references.length === 0 ? text.text : JSON.stringify([text.text, text.references]);
  const known = parsed.get(key);
  if (known) return known;
  const result = parseAvro(text);
  if (key.length > mostCharacters) return result;
  parsed.set(key, result);
  characters += key.length;
  for (const oldest of parsed.keys()) {
    if (characters <= mostCharacters) break;
    parsed.delete(oldest);
    characters -= oldest.length;
  }
  return result;
}
