/** A size that would have been enough at one moment. */
export interface SizeNote {
  atMs: number;
  replicas: number;
}

/** Notes of a sliding window, newest last; notes that can never be the largest any more are left out. */
export type SizeWindow = readonly SizeNote[];

/** No window is longer than this. */
export const longestWindowMs = 900_000;

export function noteSize(window: SizeWindow, note: SizeNote): SizeWindow {
  const largerLater = window.filter(({ replicas }) => replicas > note.replicas);
  return [...largerLater.filter(({ atMs }) => atMs > note.atMs - longestWindowMs), note];
}

/** The largest size noted in the last `windowMs`; `undefined`: none. */
export function largestIn(window: SizeWindow, windowMs: number, nowMs: number): number | undefined {
  return window.find(({ atMs }) => atMs > nowMs - windowMs)?.replicas;
}
