/** What an error says, whatever was thrown. */
export function textOfError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The beginning of a text that is longer than `most` characters, with a mark; any other text as it is. */
export function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…`.toWellFormed() : text;
}
