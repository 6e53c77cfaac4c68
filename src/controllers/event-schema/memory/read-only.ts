/** How long a subject is left alone that takes no changes. */
export const readOnlyForMs = 10_000;

/** Subjects that took no change a moment ago. Kept in memory: after a restart each is tried once more. */
export class ReadOnlySubjects {
  readonly #bySubject = new Map<string, { words: string; untilMs: number }>();

  remember(url: string, subject: string, words: string, now: Date): void {
    for (const [key, { untilMs }] of this.#bySubject) if (untilMs <= now.getTime()) this.#bySubject.delete(key);
    this.#bySubject.set(keyOf(url, subject), { words, untilMs: now.getTime() + readOnlyForMs });
  }

  /** What the registry said of it. */
  find(url: string, subject: string, now: Date): string | undefined {
    const entry = this.#bySubject.get(keyOf(url, subject));
    return entry !== undefined && now.getTime() < entry.untilMs ? entry.words : undefined;
  }
}

function keyOf(url: string, subject: string): string {
  return JSON.stringify([url, subject]);
}
