import type { Outcome } from './simulation.ts';

/**
 * The shortest time in seconds between a change of size and the next one, where that one goes in `direction` and the
 * first went the other way; infinite when there is none.
 */
export function shortestTurn({ actions }: Outcome, direction: 'up' | 'down'): number {
  const sign = direction === 'up' ? 1 : -1;
  const gaps = actions.flatMap((action, index) => {
    const before = actions[index - 1];
    if (before === undefined || Math.sign(action.decision.to - action.decision.from) !== sign) return [];
    const turned = Math.sign(before.decision.to - before.decision.from) === -sign;
    return turned ? [action.second - before.second] : [];
  });
  return Math.min(Number.POSITIVE_INFINITY, ...gaps);
}
