/** How a round ended: when to look at this key again. */
export type Outcome =
  /** Settled or waiting: look again then; the failure count is cleared. */
  | { kind: 'recheck'; afterMs: number }
  /** We acted and have not seen it settle: look again soon, more slowly each time. */
  | { kind: 'confirm' }
  /** Nothing to do until something changes. */
  | { kind: 'awaitChange' }
  /** It failed: look again with backoff. `afterMs` is the least wait, when the other side named one. */
  | { kind: 'retry'; cause: unknown; afterMs?: number };
