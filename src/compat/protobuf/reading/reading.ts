import type { ProtobufRule } from '../rules.ts';
import type { Finding } from '../schema.ts';
import type { DeclaredFile } from './declared.ts';
import { type Defined, emptyScope, type Scope } from './scopes.ts';
import { linesOf, placeOf } from './tokens.ts';

/** Nobody reads more, and each takes time. */
const mostFindings = 1_000;

/** The text and its references while they are read. */
export class Reading {
  readonly root: Scope = emptyScope();
  readonly files = new Map<string, DeclaredFile>();
  readonly types: Defined[] = [];
  readonly findings: Finding[] = [];
  /** Files with an import that is not given, so that a type that is not found may stand there. */
  readonly open = new Set<DeclaredFile>();

  readonly #lines = new Map<DeclaredFile, readonly number[]>();
  readonly #visible = new Map<DeclaredFile, ReadonlySet<DeclaredFile>>();

  find(rule: ProtobufRule, file: DeclaredFile, at: { at: number; path: string }, message: string, fix: string): void {
    if (this.findings.length >= mostFindings) return;
    this.findings.push({ rule, path: at.path, ...placeOf(this.#linesOf(file), at.at), message, fix });
  }

  /** Itself, what it imports, and what that imports for others. */
  visibleFrom(file: DeclaredFile): ReadonlySet<DeclaredFile> {
    const known = this.#visible.get(file);
    if (known) return known;
    const visible = new Set([file]);
    for (const one of visible) {
      for (const { name, isPublic } of one.imports) {
        const imported = one === file || isPublic ? this.files.get(name) : undefined;
        if (imported) visible.add(imported);
      }
    }
    this.#visible.set(file, visible);
    return visible;
  }

  #linesOf(file: DeclaredFile): readonly number[] {
    const lines = this.#lines.get(file) ?? linesOf(file.text);
    this.#lines.set(file, lines);
    return lines;
  }
}
