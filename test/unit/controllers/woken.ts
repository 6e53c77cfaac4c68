import type { Trigger } from '../../../src/runtime/trigger.ts';

/** One row of a table of triggers. */
export interface Waking<World> {
  it: string;
  before?: (world: World) => unknown;
  change: (world: World) => unknown;
  wakes: readonly string[];
}

/** The keys that a change wakes, each once. What is there already, and wakes all when a controller starts, does not count. */
export function woken(triggers: readonly Trigger[], change: () => unknown): readonly string[] {
  const keys = new Set<string>();
  const stops = triggers.map((trigger) => trigger.subscribe((key) => keys.add(key)));
  keys.clear();
  change();
  for (const stop of stops) stop();
  return [...keys].sort();
}
