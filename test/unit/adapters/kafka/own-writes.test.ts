import { beforeEach, describe, expect, it } from 'vitest';
import { OwnWrites } from '../../../../src/adapters/kafka/own-writes.ts';
import type { ConfigEntry, TopicState } from '../../../../src/ports/kafka.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

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

  it('end with a value that the brokers show in their own spelling', () => {
    own.altered('orders', new Map([['retention.ms', '0060000']]));
    expect(show(topic())?.config.get('retention.ms')).toEqual(set('0060000'));
    expect(show(withRetention(set('60000')))?.config.get('retention.ms')).toEqual(set('60000'));
    expect(show(withRetention(set('1')))?.config.get('retention.ms')).toEqual(set('1'));
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

    it('believe the brokers after a while, even if they never showed it', async () => {
      await clock.advance(keepMs);
      expect(show(undefined)).toBeUndefined();
    });

    it('show it in place of the topic of that name that was there before', () => {
      expect(show(topic({ id: 'stale' }))).toEqual(topic());
    });

    it('show growth and settings on top of it', () => {
      own.grown('orders', 6);
      own.altered('orders', new Map([['retention.ms', '1000']]));
      expect(show(undefined)).toMatchObject({ id: 'first', partitions: 6 });
      expect(show(undefined)?.config.get('retention.ms')).toEqual(set('1000'));
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
    it.each([
      { it: 'show the new value', wanted: '1000', seen: byDefault('604800000'), shown: set('1000') },
      { it: 'show the new value over an old one', wanted: '1000', seen: set('5'), shown: set('1000') },
      { it: 'show no override after a reset', wanted: undefined, seen: set('5'), shown: { overridden: false } },
      { it: 'show the default once it is there', wanted: undefined, seen: byDefault('7'), shown: byDefault('7') },
    ])('$it', ({ wanted, seen, shown }) => {
      own.altered('orders', new Map([['retention.ms', wanted]]));
      expect(show(withRetention(seen))?.config.get('retention.ms')).toMatchObject(shown);
    });

    it('forget a setting once the brokers have shown it', () => {
      own.altered('orders', new Map([['retention.ms', '1000']]));
      show(withRetention(set('1000')));
      expect(show(withRetention(set('5')))?.config.get('retention.ms')).toEqual(set('5'));
    });

    it('believe the brokers after a while: they may have rewritten the value', async () => {
      own.altered('orders', new Map([['retention.ms', '01000']]));
      await clock.advance(keepMs);
      expect(show(withRetention(set('1000')))?.config.get('retention.ms')).toEqual(set('1000'));
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
