/** The entries of a list that was noted in the journal, those that can be read; nothing of a note that is damaged. */
export function entriesOf<Entry>(note: string | undefined, isEntry: (entry: unknown) => entry is Entry): Entry[] {
  try {
    const entries: unknown = JSON.parse(note ?? '[]');
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch {
    return [];
  }
}
