import { RE2JS, RE2JSException } from 're2js';
import type { Sure } from './data.ts';

/** Longer ones take their time to compile. */
const mostCharacters = 2_000;
const mostKept = 500;

const kept = new Map<string, RE2JS | undefined>();

/**
 * Whether a regular expression of JavaScript is found in a text, in time that grows with both and no faster. `undefined`:
 * RE2, which promises that, has no such expression or may read it in another way.
 */
export function matches(pattern: string, text: string): Sure {
  if (pattern === '' || pattern === '.*' || pattern === '^.*$') return text.includes('\n') ? undefined : true;
  if (!/^[ -~]*$/.test(text) && /\\[sSwWbB]|\./.test(pattern)) return undefined;
  return compiled(pattern)?.test(text);
}

function compiled(pattern: string): RE2JS | undefined {
  if (kept.has(pattern)) return kept.get(pattern);
  if (kept.size >= mostKept) kept.clear();
  const result = isReadAlike(pattern) ? compile(pattern) : undefined;
  kept.set(pattern, result);
  return result;
}

/** What the two languages write alike and mean otherwise, or only one of them has. */
function isReadAlike(pattern: string): boolean {
  return pattern.length <= mostCharacters && !/\\[AzQCaEG]|\\p[^{]|\\x\{|\[\[|\(\?[^:<]|\(\?<[=!]/.test(pattern);
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}

/** Whether an engine of JavaScript takes the expression, with or without the flag for Unicode. */
export function isPattern(pattern: string): boolean {
  return compiles(pattern, 'u') || compiles(pattern, '');
}

function compiles(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}
