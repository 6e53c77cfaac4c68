/** Limits and times of the registry adapter. */
export interface RegistrySettings {
  /** How long a request may take from the moment it has its turn, connecting included. A call of the port makes 1 to 4. */
  callTimeoutMs: number;
  /** An answer above this many bytes is cut off and counts as no answer. */
  maxAnswerBytes: number;
  /** Requests to one registry at a time; further ones wait for their turn. */
  maxConnections: number;
  /** Whether we still may write. Asked when a request that changes something is about to be put on its socket. */
  fence: () => boolean;
}

export const defaultRegistrySettings = {
  callTimeoutMs: 5_000,
  maxAnswerBytes: 8 * 1024 * 1024,
  maxConnections: 16,
} as const satisfies Omit<RegistrySettings, 'fence'>;
