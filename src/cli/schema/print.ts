import type { Answer, Problem, Severity, Verdict } from '../../compat/problem.ts';
import type { Colour, Paint } from '../paint.ts';

export const verdicts: Readonly<Record<Verdict, { colour: Colour; says: string }>> = {
  compatible: { colour: 'green', says: 'may follow' },
  incompatible: { colour: 'red', says: 'must not follow' },
  unproven: { colour: 'yellow', says: 'may or may not follow' },
};

const signs: Readonly<Record<Severity, { colour: Colour; sign: string }>> = {
  break: { colour: 'red', sign: '!' },
  risk: { colour: 'yellow', sign: '~' },
  advice: { colour: 'dim', sign: '·' },
};

/** For people: the verdict, and two lines for each problem. */
export function printAnswer(
  { verdict, problems }: Answer,
  [older, newer]: readonly [string, string],
  paint: Paint,
): string {
  const { colour, says } = verdicts[verdict];
  const head = `${paint(colour, verdict)}: ${newer} ${says} ${older}`;
  return `${[head, ...problems.flatMap((problem) => linesOf(problem, paint))].join('\n')}\n`;
}

/** Two for a problem: what it is, and what to do. */
export function linesOf({ rule, severity, path, message, fix }: Problem, paint: Paint): string[] {
  const { colour, sign } = signs[severity];
  return [
    `  ${paint(colour, sign)} ${path === '' ? '/' : path}  ${paint('bold', rule)}: ${message}`,
    `      ${paint('dim', fix)}`,
  ];
}
