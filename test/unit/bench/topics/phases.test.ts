import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../../../bench/stage/template.ts';
import { changeFor, type Phase, phasesAround } from '../../../../bench/topics/phases.ts';

const collection = '/apis/a/v1/namespaces/bench/topics';
const template = readTemplate(
  'apiVersion: a/v1\nkind: Topic\nmetadata: { name: "{{name}}" }\nspec: { partitions: 3, config: { retention.ms: 0 } }',
);

describe('phasesAround', () => {
  const rows: readonly { it: string; measured: readonly Phase[]; happen: readonly Phase[] }[] = [
    { it: 'creates what is to grow, and leaves nothing', measured: ['grow'], happen: ['create', 'grow', 'delete'] },
    { it: 'leaves out what is of no use', measured: ['create'], happen: ['create', 'delete'] },
  ];
  it.each(rows)('$it', ({ measured, happen }) => {
    expect(phasesAround(measured)).toEqual(happen);
  });
});

describe('changeFor', () => {
  const path = `${collection}/orders`;
  const rows: readonly { it: string; phase: Phase; change: object }[] = [
    {
      it: 'creates the resource of the template',
      phase: 'create',
      change: { method: 'POST', path: collection, body: { kind: 'Topic', metadata: { name: 'orders' } } },
    },
    {
      it: 'changes one setting',
      phase: 'config',
      change: { method: 'PATCH', path, body: { spec: { config: { 'retention.ms': 60_000 } } } },
    },
    { it: 'adds a partition', phase: 'grow', change: { method: 'PATCH', path, body: { spec: { partitions: 4 } } } },
    { it: 'deletes the resource', phase: 'delete', change: { method: 'DELETE', path } },
  ];
  it.each(rows)('$it', ({ phase, change }) => {
    expect(changeFor(phase, template, collection, 'orders')).toMatchObject(change);
  });
});
