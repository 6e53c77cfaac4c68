import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { known } from '../../../src/cli/simulate/trace-file.ts';
import { fixed } from '../../../src/simulate/fixed.ts';
import { opponents } from '../../../src/simulate/opponents.ts';
import { simulate } from '../../../src/simulate/run.ts';
import { traceOf } from '../simulate/traces.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/simulate.md'), 'utf8');

it.each([
  ...known.trace.filter((field) => !['arrivals', 'world', 'objective'].includes(field)),
  ...['arrivals.perSecond', 'arrivals.perPartition', 'objective.maxLagSeconds', 'objective.minReplicas'],
  ...known.world.map((field) => `world.${field}`),
])('docs/simulate.md says what %s means', (field) => {
  expect(page).toMatch(new RegExp(`^\\| \`${field}\``, 'm'));
});

it.each(opponents)('docs/simulate.md says who %s is', (name) => {
  expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
});

const told = Object.keys(simulate(traceOf({ seconds: 9 }, { stuck: [{ partition: 0, from: 1, to: 2 }] }), fixed(3)));
const plain = ['trace', 'scaler', 'setting', 'lagSeconds'];
it.each(told.filter((key) => !plain.includes(key)))('docs/simulate.md says what %s of the output means', (key) => {
  expect(page).toMatch(new RegExp(`^\\|.*\`${key}\`.*\\|`, 'm'));
});
