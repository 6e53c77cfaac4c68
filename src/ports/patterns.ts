export type CompiledPattern =
  | { ok: true; matches(text: string): boolean }
  /** The pattern cannot be read, with the reason. */
  | { ok: false; problem: string };

/** Reads a regular expression that a user wrote. Matching takes time linear in the text, whatever was written. */
export type CompilePattern = (pattern: string) => CompiledPattern;
