import { beforeEach, describe, expect, it } from 'vitest';
import { OwnWrites } from '../../../../../src/adapters/kafka/topics/own-writes.ts';
import type { TopicState } from '../../../../../src/ports/kafka.ts';
import type { ConfigEntry } from '../../../../../src/ports/kafka-config.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';

const keepMs = 30_000;
const set = (value: string): ConfigEntry => ({ value, overridden: true });
const byDefault = (value: string): ConfigEntry => ({ value, overridden: false });

function topic(state: Partial<TopicState> = {}): TopicState {
  const config = new Map([['retention.ms', byDefault('604800000')]]);
  return { name: 'orders', id: 'first', partitions: 3, replicationFactor: 1, config, ...state };
}

function withRetention(entry: ConfigEntry): TopicState {
  return topic({ config: new Map([['retention.ms', entry]]) });
}

describe('own writes', () => {
  let clock: FakeClock;
  let own: OwnWrites;
  /** What we say when the brokers say `seen`. */
  const show = (seen: TopicState | undefined) => own.show('orders', seen);

  beforeEach(() => {
    clock = new FakeClock();
    own = new OwnWrites(clock, keepMs);
  });

  it('pass on what brokers say about topics that we did not touch', () => {
    own.created(topic({ name: 'payments', id: 'other' }));
    expect(show(topic())).toEqual(topic());
    expect(show(undefined)).toBeUndefined();
  });

  describe('after creating a topic', () => {
    beforeEach(() => own.created(topic()));

    it('show it while the brokers do not', () => {
      expect(show(undefined)).toEqual(topic());
    });

    it('believe the brokers once they have shown it: when it is gone then, it is gone', () => {
      show(topic());
      expect(show(undefined)).toBeUndefined();
    });

    it('show it while the same Kafka cluster answers, and nothing of it once another one does', () => {
      own.answeredBy('one');
      own.created(topic());
      own.answeredBy(undefined);
      own.answeredBy('one');
      expect(show(undefined)).toEqual(topic());
      own.answeredBy('another');
      expect(show(undefined)).toBeUndefined();
    });

    it('doubt for some seconds that it is gone once one broker has shown it, unless we deleted it', async () => {
      show(topic());
      expect(own.mayBeUnheard('orders', undefined)).toBe(true);
      expect(own.mayBeUnheard('payments', undefined)).toBe(false);
      await clock.advance(15_000);
      expect(own.mayBeUnheard('orders', undefined)).toBe(false);
      own.created(topic({ id: 'second' }));
      own.deleted('second');
      expect(own.mayBeUnheard('orders', undefined)).toBe(false);
    });

    it('believe the brokers after a while, even if they never showed it', async () => {
      await clock.advance(keepMs);
      expect(show(undefined)).toBeUndefined();
    });

    it('doubt for some seconds which topic is there when a broker shows another one, and then believe it', async () => {
      own.grown('orders', 6);
      expect(own.mayBeUnheard('orders', topic({ id: 'another' }))).toBe(true);
      expect(own.mayBeUnheard('orders', topic())).toBe(false);
      expect(own.mayBeUnheard('orders', undefined)).toBe(false);
      await clock.advance(15_000);
      expect(own.mayBeUnheard('orders', topic({ id: 'another' }))).toBe(false);
      expect(show(topic({ id: 'another' }))).toEqual(topic({ id: 'another' }));
    });

    it('show it in place of the one of that name that we deleted before', () => {
      own.deleted('before');
      expect(own.mayBeUnheard('orders', topic({ id: 'before' }))).toBe(false);
      expect(show(topic({ id: 'before' }))).toEqual(topic());
    });

    it('believe the brokers also while they have not caught up with all that was done to it', () => {
      own.grown('orders', 6);
      expect(show(topic())?.partitions).toBe(6);
      expect(show(undefined)).toBeUndefined();
    });

    it('show nothing on it of what was done to the topic before', () => {
      own.grown('orders', 6);
      own.created(topic({ id: 'second' }));
      expect(show(undefined)).toEqual(topic({ id: 'second' }));
    });

    it('show growth on top of it, and await settings', () => {
      own.grown('orders', 6);
      own.altered('orders', new Map([['retention.ms', '1000']]), topic().config);
      expect(show(undefined)).toMatchObject({ id: 'first', partitions: 6, config: topic().config });
      expect(show(undefined)?.awaited).toEqual(new Map([['retention.ms', '1000']]));
    });
  });

  describe('after growing a topic', () => {
    beforeEach(() => own.grown('orders', 6));

    it.each([
      { it: 'show the new partitions while the brokers show the old', seen: 3, shown: 6 },
      { it: 'show what the brokers show when they have caught up', seen: 6, shown: 6 },
      { it: 'show more when somebody else added more', seen: 8, shown: 8 },
    ])('$it', ({ seen, shown }) => {
      expect(show(topic({ partitions: seen }))?.partitions).toBe(shown);
    });

    it('show no topic where the brokers show none', () => {
      expect(show(undefined)).toBeUndefined();
    });

    it('show the growth of the next topic of that name once this one was deleted', () => {
      show(topic());
      own.deleted('first');
      own.grown('orders', 9);
      expect(show(topic({ id: 'second' }))?.partitions).toBe(9);
    });

    it('forget it once the brokers have shown it', () => {
      show(topic({ partitions: 6 }));
      expect(show(topic({ partitions: 3 }))?.partitions).toBe(3);
    });

    it('do not show it on another topic that took the name', () => {
      show(topic());
      expect(show(topic({ id: 'second' }))?.partitions).toBe(3);
    });
  });

  describe('after altering settings', () => {
    const alter = (to: string | undefined, before: ConfigEntry) =>
      own.altered('orders', new Map([['retention.ms', to]]), withRetention(before).config);

    it.each([
      { it: 'await a value', to: '1000', before: byDefault('5') },
      { it: 'await a value in place of another', to: '1000', before: set('5') },
      { it: 'await a reset', to: undefined, before: set('5') },
    ])('$it while the brokers show what was there before, and show that', ({ to, before }) => {
      alter(to, before);
      const awaited = new Map([['retention.ms', to]]);
      expect(show(withRetention(before))).toEqual({ ...withRetention(before), awaited });
    });

    it.each([
      { it: 'the value that was set', shown: set('1000') },
      { it: 'what the brokers made of it', shown: set('999') },
      { it: 'another value of theirs', shown: byDefault('5') },
    ])('show $it as soon as the brokers do, and await nothing any more', ({ shown }) => {
      alter('1000', set('5'));
      show(withRetention(set('5')));
      expect(show(withRetention(shown))).toEqual(withRetention(shown));
      expect(show(withRetention(set('5')))).toEqual(withRetention(set('5')));
    });

    it('await nothing after a while: the brokers may have made the old value of the new', async () => {
      alter('1000', set('5'));
      await clock.advance(keepMs);
      expect(show(withRetention(set('5')))).toEqual(withRetention(set('5')));
    });

    it('await nothing of another topic that took the name', () => {
      alter('1000', set('5'));
      show(withRetention(set('5')));
      expect(show({ ...withRetention(set('5')), id: 'second' })).not.toHaveProperty('awaited');
    });

    it('let the brokers be asked again less and less often, and not for long', async () => {
      alter('1000', set('5'));
      const pauses: number[] = [];
      for (;;) {
        const pauseMs = own.askAgainMs('orders', 1_000);
        if (pauseMs === undefined) break;
        pauses.push(pauseMs);
        await clock.advance(pauseMs);
      }
      expect(pauses).toEqual([25, 25, 50, 100, 200, 400, 200]);
      expect(own.askAgainMs('payments', 1_000)).toBeUndefined();
    });
  });

  describe('after deleting a topic', () => {
    beforeEach(() => {
      own.created(topic());
      own.deleted('first');
    });

    it('show it no more, whatever the brokers still list', () => {
      expect(show(topic())).toBeUndefined();
      expect(show(undefined)).toBeUndefined();
    });

    it('show a new topic of that name', () => {
      expect(show(topic({ id: 'second' }))).toEqual(topic({ id: 'second' }));
    });

    it('believe the brokers after a while', async () => {
      await clock.advance(keepMs);
      expect(show(topic())).toEqual(topic());
    });
  });
});
