import type { Severity } from '../../../compat/problem.ts';
import type { Paint } from '../../paint.ts';
import { linesOf, verdicts } from '../print.ts';
import type { Judged } from './judge.ts';

export interface Checked {
  /** The id of the commit. */
  against: string;
  schemas: readonly Judged[];
}

/** For people: a line for each schema, two for each problem, and how many there are. */
export function printText({ against, schemas }: Checked, paint: Paint): string {
  const blocks = schemas.flatMap(({ found, level, isNew, answer }) => {
    const verdict = paint(verdicts[answer.verdict].colour, answer.verdict);
    const how = isNew ? 'new' : `at level ${level}`;
    const head = `${verdict}: ${found.name} in ${found.file}:${found.line}, ${how}`;
    return [head, ...answer.problems.flatMap((problem) => linesOf(problem, paint))];
  });
  return `${[...blocks, '', summaryOf({ against, schemas })].join('\n')}\n`;
}

function summaryOf({ against, schemas }: Checked): string {
  const counts = (['compatible', 'incompatible', 'unproven'] as const).map((verdict) => {
    const count = schemas.filter(({ answer }) => answer.verdict === verdict).length;
    return `${count} ${verdict}`;
  });
  return `${counts.join(', ')}; compared with ${against.slice(0, 12)}`;
}

export function printJson({ against, schemas }: Checked): string {
  const listed = schemas.map(({ found: { file, line, name, subject, format }, level, isNew, answer }) => ({
    ...{ file, line, name, subject, format, compatibility: level, isNew },
    ...answer,
  }));
  return `${JSON.stringify({ against, schemas: listed }, undefined, 2)}\n`;
}

const commands: Readonly<Record<Severity, string>> = { break: 'error', risk: 'warning', advice: 'notice' };

/** Commands that GitHub shows beside the lines of a pull request, and the summary. */
export function printGithub({ against, schemas }: Checked): string {
  const annotations = schemas.flatMap(({ found, answer }) =>
    answer.problems.map(({ severity, rule, path, message, fix }) => {
      const place = `file=${escaped(found.file)},line=${found.line}`;
      const title = escaped(`${rule} in ${found.name} at ${path || '/'}`);
      return `::${commands[severity]} ${place},title=${title}::${escapedText(`${message}. ${fix}`)}`;
    }),
  );
  return `${[...annotations, summaryOf({ against, schemas })].join('\n')}\n`;
}

/** As GitHub reads them: the end of a line would end the command. */
function escapedText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** Within the first part, where these separate. */
function escaped(text: string): string {
  return escapedText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
