import type { Move, Throughput } from '../history.ts';
import type { Look } from '../look.ts';

/** What the screen shows at one moment. Times are milliseconds; `sinceMs` is when the load began. */
export interface View {
  nowMs: number;
  sinceMs: number;
  stage: { name: string; says: string };
  /** Orders per second that are asked for. */
  rate: number;
  look: Look | undefined;
  throughput: Throughput | undefined;
  bars: readonly Throughput[];
  moves: readonly Move[];
  /** Where the orders can be watched. */
  page: string;
  kubeconfig: string;
}

/** `3:05`. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
