import { RE2JS, RE2JSException } from 're2js';
import type { CompiledPattern, CompilePattern } from '../ports/patterns.ts';

/** A cluster has one; a few are in use while they change. */
const mostKept = 32;

/** RE2 expressions, as the API server reads them; compiled ones are kept. */
export function createPatterns(): CompilePattern {
  const kept = new Map<string, CompiledPattern>();
  return (pattern) => {
    const known = kept.get(pattern);
    if (known) return known;
    const compiled = compile(pattern);
    if (kept.size >= mostKept) kept.clear();
    kept.set(pattern, compiled);
    return compiled;
  };
}

function compile(pattern: string): CompiledPattern {
  try {
    const compiled = RE2JS.compile(pattern);
    return { ok: true, matches: (text) => compiled.test(text) };
  } catch (error) {
    if (error instanceof RE2JSException) return { ok: false, problem: error.message };
    throw error;
  }
}
