/** There is no such topic; for the last one, there cannot be. */
export const noTopic = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'INVALID_TOPIC_EXCEPTION']);

/** What a name or an id adds to a question. */
export function bytesPerName(name: string): { partitions: number; bytes: number } {
  return { partitions: 0, bytes: name.length };
}
