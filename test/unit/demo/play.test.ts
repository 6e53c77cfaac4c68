import { expect, it } from 'vitest';
import { History } from '../../../dev/demo/history.ts';
import type { Look } from '../../../dev/demo/look.ts';
import { play, type Run } from '../../../dev/demo/play.ts';
import type { Stage } from '../../../dev/demo/stages.ts';
import { look, scaled } from './looks.ts';

function stage(name: string, changes: Partial<Stage> = {}): Stage {
  return { name, says: `it is ${name}`, rate: () => 10, isOver: () => true, withinMs: 60_000, ...changes };
}

/** A run that sees `looks`, one after the other, and notes what it does. */
function run(looks: readonly (Look | undefined)[], signal = new AbortController().signal) {
  const noted: string[] = [];
  const rest = [...looks];
  const doing: Run = {
    load: { setRate: (rate) => void noted.push(`rate ${rate}`) },
    history: new History(),
    screen: {
      show: (view) => void noted.push(`show ${view.stage.name}`),
      stageBegins: (view) => void noted.push(`begin ${view.stage.name}`),
      moved: ({ from, to }) => void noted.push(`move ${from} → ${to}`),
      close: () => {},
    },
    look: async () => rest.shift(),
    page: '',
    kubeconfig: '',
    signal,
  };
  return { noted, doing };
}

it('goes through the stages in turn, each at its rate, and shows each move once', async () => {
  const { noted, doing } = run([look(0), look(1, scaled(1, 2, 1))]);
  const { played, overdue } = await play([stage('calm'), stage('burst', { rate: () => 60 })], doing);
  expect(noted).toEqual([
    ...['begin calm', 'rate 10', 'show calm'],
    ...['begin burst', 'rate 60', 'move 1 → 2', 'show burst'],
  ]);
  expect(played.map((one) => one.stage)).toEqual(['calm', 'burst']);
  expect(doing.history.moves).toMatchObject([{ stage: 'burst' }]);
  expect(overdue).toBeUndefined();
});

it('ends with the stage that takes too long, and says what it saw last', async () => {
  const never = { isOver: () => false, withinMs: 0 };
  const { noted, doing } = run([look(0), look(1)]);
  const { played, overdue } = await play([stage('calm'), stage('drain', never), stage('quiet')], doing);
  expect(played.map((one) => one.stage)).toEqual(['calm']);
  expect(overdue).toMatch(/^drain lasted over 0\.0 s: .* shipping 1\/1\/3 lag 0 s$/);
  expect(noted).not.toContain('begin quiet');
});

it('goes on when there was nothing to see', async () => {
  const { noted, doing } = run([undefined]);
  await play([stage('calm')], doing);
  expect(noted).toContain('show calm');
});

it('rejects when it is told to stop', async () => {
  const { doing } = run([look(0)], AbortSignal.abort('it was interrupted'));
  await expect(play([stage('calm')], doing)).rejects.toBe('it was interrupted');
});
