import type { PlannedChange } from '../../controllers/event-topic/plan/planned-changes.ts';
import type { Colour, Paint } from '../paint.ts';
import { type Finding, verdictOn } from './finding.ts';

/** For people: a block for each resource with something to say. */
export function printFindings(findings: readonly Finding[], paint: Paint): string {
  return findings
    .filter((finding) => verdictOn(finding) !== 'same')
    .map((finding) => `${[headOf(finding, paint), ...linesOf(finding, paint)].join('\n')}\n`)
    .join('');
}

function headOf({ namespace, name, topic, held }: Finding, paint: Paint): string {
  const note = held === undefined ? '' : `  ${paint('dim', `(nothing is done: ${held})`)}`;
  return `${paint('bold', `${namespace}/${name}`)}  topic ${topic}${note}`;
}

function linesOf({ changes, blocked, problem }: Finding, paint: Paint): string[] {
  return [
    ...changes.map((change) => `  ${printChange(change, paint)}`),
    ...blocked.map(({ kind, reason, message }) => {
      return `  ${kind === 'refuse' ? paint('red', '!') : paint('yellow', '…')} ${reason}: ${message}`;
    }),
    ...(problem === undefined ? [] : [`  ${paint('red', '!')} ${problem}`]),
  ];
}

const signs = {
  CreateTopic: { sign: '+', colour: 'green' },
  AdoptTopic: { sign: '+', colour: 'green' },
  GrowPartitions: { sign: '~', colour: 'yellow' },
  SetConfig: { sign: '~', colour: 'yellow' },
  ResetConfig: { sign: '-', colour: 'red' },
  Reassign: { sign: '~', colour: 'yellow' },
} as const satisfies Readonly<Record<PlannedChange['op'], { sign: string; colour: Colour }>>;

function printChange(change: PlannedChange, paint: Paint): string {
  const isNew = change.op === 'SetConfig' && change.from === undefined;
  const { sign, colour } = signs[isNew ? 'CreateTopic' : change.op];
  const unsure = change.validated === false ? paint('dim', '  (not validated by the brokers)') : '';
  return `${paint(colour, sign)} ${textOf(change)}${unsure}`;
}

function textOf({ op, key, from, to }: PlannedChange): string {
  switch (op) {
    case 'CreateTopic':
      return `create: ${to}`;
    case 'AdoptTopic':
      return `adopt the topic with id ${to}${from === undefined ? '' : ` in place of ${from}`}`;
    case 'GrowPartitions':
      return `partitions ${from} → ${to}`;
    case 'Reassign':
      return `replicas ${from} → ${to}`;
    case 'SetConfig':
      return `${key} ${from === undefined ? '' : `"${from}" → `}"${to}"`;
    case 'ResetConfig':
      return `${key}${from === undefined ? '' : ` "${from}"`} → its default`;
  }
}

/** For programs: every resource, also those that are as they should be. */
export function printJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ items: findings }, undefined, 2)}\n`;
}

export function summarise(findings: readonly Finding[], others: number): string {
  const count = (verdict: string) => findings.filter((finding) => verdictOn(finding) === verdict).length;
  const parts = [
    `${findings.length} EventTopic${findings.length === 1 ? '' : 's'}: ${count('differs')} to change`,
    `${count('same')} as they should be`,
    ...(count('problem') > 0 ? [`${count('problem')} in error`] : []),
  ];
  return `${parts.join(', ')}${others === 0 ? '' : `; objects of other kinds, not looked at: ${others}`}`;
}
