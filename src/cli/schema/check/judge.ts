import { checkCompatibility } from '../../../compat/check.ts';
import type { Answer, Text } from '../../../compat/problem.ts';
import type { CompatibilityLevel } from '../../../ports/registry.ts';
import type { Found } from './files.ts';

export interface Judged {
  found: Found;
  level: CompatibilityLevel;
  /** There was no schema of this subject before. */
  isNew: boolean;
  answer: Answer;
}

/** Each of the schemas compared with the one of the same subject that was there before, in the same file if it may be. */
export function judgeFiles(
  now: readonly Found[],
  before: readonly Found[],
  otherwise: CompatibilityLevel,
): readonly Judged[] {
  return now.map((found) => {
    const level = found.level ?? otherwise;
    const same = before.filter(({ key }) => key === found.key);
    const old = same.find(({ file, name }) => file === found.file && name === found.name) ?? same[0];
    return { found, level, isNew: old === undefined, answer: judge(found, now, old, before, level) };
  });
}

function judge(
  found: Found,
  now: readonly Found[],
  old: Found | undefined,
  before: readonly Found[],
  level: CompatibilityLevel,
): Answer {
  if (old !== undefined && old.format !== found.format) return otherFormat(old, found);
  const [candidate, version] = [withReferences(found, now), old && withReferences(old, before)];
  for (const text of [candidate, version]) if (typeof text === 'string') return notGiven(text);
  const versions = version && typeof version !== 'string' ? [{ ...version, called: 'the schema before' }] : [];
  if (typeof candidate === 'string') return notGiven(candidate);
  return checkCompatibility({
    ...{ format: found.format, level, versions },
    candidate: { ...candidate, called: 'this schema' },
  });
}

/** With what the files hold of the subjects that it refers to, whatever their versions; a subject if they do not. */
function withReferences(found: Found, all: readonly Found[]): Text | string {
  const texts: Text['references'][number][] = [];
  const [open, seen] = [[...found.references], new Set<string>()];
  for (let reference = open.shift(); reference; reference = open.shift()) {
    const { name, subject } = reference;
    const key = JSON.stringify([name, subject]);
    if (seen.has(key)) continue;
    seen.add(key);
    const target = all.find((one) => one.subject === subject);
    if (target === undefined) return subject;
    texts.push({ name, text: target.schema });
    open.push(...target.references);
  }
  return { text: found.schema, references: texts };
}

function otherFormat(old: Found, { format }: Found): Answer {
  const message = `the format was ${old.format} and is ${format}, and a subject keeps its format`;
  const fix = 'Use another subject.';
  return {
    verdict: 'incompatible',
    problems: [{ rule: 'FormatChanged', severity: 'break', path: '', message, fix }],
  };
}

function notGiven(subject: string): Answer {
  const message = `it refers to subject "${subject}", of which the files hold no EventSchema`;
  const fix = 'Name the file that does too, or have the operator check it.';
  return {
    verdict: 'unproven',
    problems: [{ rule: 'ReferenceNotGiven', severity: 'risk', path: '', message, fix }],
  };
}
