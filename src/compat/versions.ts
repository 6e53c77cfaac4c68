import type { Version } from './problem.ts';

/** A version that the candidate is compared with. */
export type Numbered = Version & { version: number; called: string };

export function isSameText(a: Version, b: Version): boolean {
  return a.text === b.text && JSON.stringify(a.references) === JSON.stringify(b.references);
}
