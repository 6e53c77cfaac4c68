import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { consume } from '../../../sdk/src/consumer/consume.ts';
import { eventually } from '../../helpers/eventually.ts';
import {
  committed,
  consumerParts,
  createTopic,
  disordered,
  miscounted,
  type Numbered,
  numbered,
  send,
} from './support/stage.ts';

const within = { within: 60_000 };
const COUNT = 400;

/** A member of the group that writes down what it handles, in the order in which it ends. */
function join(topic: string, handled: Numbered[], handler: (value: Numbered) => Promise<unknown> = () => sleep(4)) {
  const { parts, stop } = consumerParts();
  const subscription = {
    group: topic,
    topics: [topic],
    concurrency: 8,
    async handler({ value }: { value: Numbered }) {
      await handler(value);
      handled.push(value);
    },
  };
  const running = consume<Numbered>(subscription, parts);
  const leave = async () => {
    stop();
    await running;
  };
  return { leave, metrics: parts.metrics, health: parts.health };
}

const several = (handled: readonly unknown[], count: number) =>
  eventually(() => expect(handled.length).toBeGreaterThanOrEqual(count), within);

describe.concurrent('a consumer', () => {
  it('keeps the order of each key, and hands over when it is stopped in the middle, without anything twice', async () => {
    const topic = 'sdk.stopped';
    await createTopic(topic, 3);
    await send(numbered(topic, COUNT, 12));
    const handled: Numbered[] = [];
    const first = join(topic, handled);
    await several(handled, 50);
    await first.leave();
    const byFirst = handled.length;
    expect(byFirst).toBeLessThan(COUNT);
    expect(await committed(topic, topic)).toBe(byFirst);

    const second = join(topic, handled);
    await several(handled, COUNT);
    await second.leave();
    expect(
      miscounted(
        handled.map(({ number }) => number),
        COUNT,
      ),
    ).toEqual({ lost: [], doubled: [] });
    expect(disordered(handled)).toEqual([]);
  });

  it('shares with members that come and go, without anything twice', async () => {
    const topic = 'sdk.shared';
    await createTopic(topic, 6);
    await send(numbered(topic, COUNT, 24));
    const handled: Numbered[] = [];
    const bySecond: Numbered[] = [];
    const first = join(topic, handled, () => sleep(80));
    await several(handled, 20);
    const second = join(topic, handled, async (value) => {
      await sleep(20);
      bySecond.push(value);
    });
    await several(bySecond, 20);
    await second.leave();
    await several(handled, COUNT);
    await first.leave();
    expect(
      miscounted(
        handled.map(({ number }) => number),
        COUNT,
      ),
    ).toEqual({ lost: [], doubled: [] });
    expect(disordered(handled)).toEqual([]);
  });

  it('keeps its membership however long a record takes', async () => {
    const topic = 'sdk.long';
    await createTopic(topic, 1);
    await send(numbered(topic, 3, 3));
    const handled: Numbered[] = [];
    // Longer than the group waits for a heartbeat.
    const member = join(topic, handled, ({ number }) => sleep(number === 0 ? 12_000 : 1));
    await several(handled, 3);
    await member.leave();
    expect(handled.map(({ number }) => number)).toEqual([1, 2, 0]);
    expect(await committed(topic, topic)).toBe(3);
    expect(await member.metrics.rebalances.get()).toMatchObject({ values: [{ value: 1 }] });
  });

  it('lets the partition of a record that fails wait, tries it again, and repeats nothing else', async () => {
    const topic = 'sdk.failing';
    await createTopic(topic, 2);
    await send(numbered(topic, 40, 8));
    const handled: Numbered[] = [];
    const attempts: number[] = [];
    const member = join(topic, handled, async ({ number }) => {
      if (number !== 9) return;
      attempts.push(handled.length);
      if (attempts.length < 3) throw new Error('not yet');
    });
    await several(handled, 40);
    await member.leave();
    expect(attempts).toHaveLength(3);
    expect(
      miscounted(
        handled.map(({ number }) => number),
        40,
      ),
    ).toEqual({ lost: [], doubled: [] });
    expect(disordered(handled)).toEqual([]);
    expect(await committed(topic, topic)).toBe(40);
    expect(await member.metrics.errors.get()).toMatchObject({ values: [{ value: 2 }] });
  });
});
