import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/cli/diff/finding.ts';
import { printFindings, printJson, summarise } from '../../../../src/cli/diff/print.ts';
import { inColours, plainly } from '../../../../src/cli/paint.ts';

const same: Finding = { namespace: 'shop', name: 'order-created', topic: 'order.created', changes: [], blocked: [] };
const head = 'shop/order-created  topic order.created';
const id = 'gWrR6uDrSNSSfu_ubGndCg';

describe('a finding', () => {
  it.each([
    { it: 'is not shown when nothing is to be done', finding: {}, lines: [] },
    {
      it: 'shows a creation with its settings',
      finding: {
        changes: [
          { op: 'CreateTopic', to: '6 partitions, 3 replicas', validated: true },
          { op: 'SetConfig', key: 'retention.ms', to: '60000', validated: true },
        ],
      },
      lines: [head, '  + create: 6 partitions, 3 replicas', '  + retention.ms "60000"'],
    },
    {
      it: 'shows changes of a live topic',
      finding: {
        changes: [
          { op: 'GrowPartitions', from: '3', to: '6', validated: true },
          { op: 'SetConfig', key: 'retention.ms', from: '86400000', to: '604800000', validated: true },
          { op: 'ResetConfig', key: 'segment.ms', from: '60000', validated: true },
        ],
      },
      lines: [
        ...[head, '  ~ partitions 3 → 6', '  ~ retention.ms "86400000" → "604800000"'],
        '  - segment.ms "60000" → its default',
      ],
    },
    {
      it: 'shows an adoption',
      finding: { changes: [{ op: 'AdoptTopic', to: id }] },
      lines: [head, `  + adopt the topic with id ${id}`],
    },
    {
      it: 'shows an adoption in place of a lost topic',
      finding: { changes: [{ op: 'AdoptTopic', from: 'lost', to: id }] },
      lines: [head, `  + adopt the topic with id ${id} in place of lost`],
    },
    {
      it: 'says what the brokers did not judge',
      finding: { changes: [{ op: 'GrowPartitions', from: '3', to: '6', validated: false }] },
      lines: [head, '  ~ partitions 3 → 6  (not validated by the brokers)'],
    },
    {
      it: 'shows what cannot be met and what waits',
      finding: {
        blocked: [
          { kind: 'refuse', reason: 'NotGranted', message: 'no' },
          { kind: 'wait', reason: 'ClusterNotFound', message: 'later' },
        ],
      },
      lines: [head, '  ! NotGranted: no', '  … ClusterNotFound: later'],
    },
    {
      it: 'says why nothing of it is done',
      finding: { held: 'spec.paused is true', changes: [{ op: 'AdoptTopic', to: id }] },
      lines: [`${head}  (nothing is done: spec.paused is true)`, `  + adopt the topic with id ${id}`],
    },
    { it: 'shows why nobody can say', finding: { problem: 'refused' }, lines: [head, '  ! refused'] },
  ] satisfies { it: string; finding: Partial<Finding>; lines: string[] }[])('$it', ({ finding, lines }) => {
    const printed = printFindings([{ ...same, ...finding }], plainly);
    expect(printed).toBe(lines.map((line) => `${line}\n`).join(''));
  });

  it('is coloured in its signs only', () => {
    const changed: Finding = { ...same, changes: [{ op: 'GrowPartitions', from: '3', to: '6' }] };
    expect(printFindings([changed], inColours)).toBe(
      '\u001b[1mshop/order-created\u001b[0m  topic order.created\n  \u001b[33m~\u001b[0m partitions 3 → 6\n',
    );
  });
});

it('programs get every finding', () => {
  expect(JSON.parse(printJson([same]))).toEqual({ items: [same] });
});

describe('the sum of findings', () => {
  const changed: Finding = { ...same, changes: [{ op: 'AdoptTopic', to: id }] };
  const refused: Finding = { ...same, blocked: [{ kind: 'refuse', reason: 'NotGranted', message: 'no' }] };
  it.each([
    { it: 'counts', findings: [same], others: 0, says: '1 EventTopic: 0 to change, 1 as they should be' },
    {
      it: 'tells what is clear from what is not, and what was not looked at',
      findings: [same, changed, refused, { ...changed, problem: 'x' }],
      others: 2,
      says: '4 EventTopics: 2 to change, 1 as they should be, 1 in error; objects of other kinds, not looked at: 2',
    },
    { it: 'may be nothing', findings: [], others: 0, says: '0 EventTopics: 0 to change, 0 as they should be' },
  ])('$it', ({ findings, others, says }) => {
    expect(summarise(findings, others)).toBe(says);
  });
});
