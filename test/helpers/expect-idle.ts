import { expect } from 'vitest';

/** A fake, or a watcher of a real part, that remembers or counts the writes it has seen. */
export interface WatchesWrites {
  readonly writes: number | readonly unknown[];
}

/** A further round writes nothing, neither to Kubernetes nor to anything outside. */
export async function expectIdle(round: () => Promise<unknown>, ...parts: readonly WatchesWrites[]): Promise<void> {
  const seen = () => parts.map(({ writes }) => (typeof writes === 'number' ? writes : [...writes]));
  const before = seen();
  await round();
  expect(seen(), 'an idle round writes nothing').toEqual(before);
}
