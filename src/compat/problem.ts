/** A schema with the schemas that it refers to: each version has its own, because a reference that moves can break. */
export interface Text {
  text: string;
  /** What the text refers to, and what that refers to in turn; the order does not matter. */
  references: readonly { name: string; text: string }[];
}

export interface Version extends Text {
  /** Its number in the registry. Default: its place, from 1. */
  version?: number;
  /** How messages call it. Default: `version 6`. */
  called?: string;
}

/**
 * break: some datum that is written with the one schema is not read with the other, or is read as something else.
 * risk: legal, and known to hurt. advice: worth knowing.
 */
export type Severity = 'break' | 'risk' | 'advice';

/** backward: the candidate reads what a version wrote. forward: a version reads what the candidate writes. */
export type Direction = 'backward' | 'forward';

export interface Problem {
  rule: string;
  severity: Severity;
  /** JSON pointer into the candidate, as `/fields/3/type`; inside of a reference `NAME#/fields/3/type`. */
  path: string;
  /** Absent: it is about the candidate alone. */
  version?: number;
  direction?: Direction;
  message: string;
  fix: string;
}

/** unproven: the checker cannot tell; a problem says why. */
export type Verdict = 'compatible' | 'incompatible' | 'unproven';

export interface Answer {
  verdict: Verdict;
  problems: readonly Problem[];
}

/** By path with numbers as numbers, then by version; what is found in one place stays in the order of its finding. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const keyed = problems.map((problem) => ({ problem, steps: problem.path.split('/') }));
  const sorted = keyed.sort(
    (a, b) => compareSteps(a.steps, b.steps) || (a.problem.version ?? 0) - (b.problem.version ?? 0),
  );
  return sorted.map(({ problem }) => problem);
}

function compareSteps(a: readonly string[], b: readonly string[]): number {
  for (const [index, step] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (step !== other) return compareStep(step, other);
  }
  return a.length - b.length;
}

function compareStep(a: string, b: string): number {
  const areNumbers = /^\d+$/.test(a) && /^\d+$/.test(b);
  return areNumbers ? Number(a) - Number(b) : a < b ? -1 : 1;
}
