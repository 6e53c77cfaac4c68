import type { Phase } from './phases.ts';

/** What we hold ourselves to: at most so many times the floor. */
export function aimOf(phase: Phase, { keepsTopics }: { keepsTopics: boolean }): number {
  return phase === 'create' && keepsTopics ? 1.5 : 1.7;
}
