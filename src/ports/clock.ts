export interface Timer {
  cancel(): void;
}

/** Time as a dependency, so that tests move it by hand. */
export interface Clock {
  /** Wall time: for timestamps that people read. */
  now(): Date;
  /** Milliseconds that never jump: for deadlines, ages and rates. */
  monotonicMs(): number;
  /** Calls `run` once after `afterMs`. A pending timer does not keep the process alive. */
  after(afterMs: number, run: () => void): Timer;
}
