import { describe, expect, it } from 'vitest';
import { WrittenSettings } from '../../../../../src/controllers/event-topic/memory/written-settings.ts';
import { liveTopic } from '../../samples.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes));
const topic = (value?: string) => liveTopic({}, value === undefined ? {} : { a: value });
const live = (value?: string) => topic(value).config;
/** The brokers have not heard of the write yet. */
const unheard = (value?: string) => ({ ...topic(value), awaited: new Map([['a', '1']]) });
const one = new Map([['a', '1']]);

function written(...writes: { before?: string; shown?: string; minute: number }[]): WrittenSettings {
  const settings = new WrittenSettings();
  for (const { before, shown, minute } of writes) {
    settings.note('shop/orders', one, live(before), at(minute));
    if (shown !== undefined) settings.resting('shop/orders', topic(shown), at(minute));
  }
  return settings;
}

const resting = (settings: WrittenSettings, value: string, minute: number, request?: string) => [
  ...settings.resting('shop/orders', topic(value), at(minute), request),
];
const rests = [['a', '1']];

describe('settings that were written', () => {
  it('do not rest while they stay', () => {
    expect(resting(written({ minute: 0, shown: '1' }), '1', 1)).toEqual([]);
  });

  it('rest for an hour when the brokers show another value right away', () => {
    const settings = written({ minute: 0, shown: '9' });
    expect(resting(settings, '9', 59)).toEqual(rests);
    expect(resting(settings, '9', 61)).toEqual([]);
  });

  it('do not rest when somebody changes them later', () => {
    expect(resting(written({ minute: 0, shown: '1' }), '9', 5)).toEqual([]);
  });

  it('rest when somebody insists on the same other value', () => {
    const corrected = { before: '9', shown: '1' };
    const settings = written({ ...corrected, minute: 0 }, { ...corrected, minute: 5 });
    expect(resting(settings, '9', 10)).toEqual(rests);
    expect(resting(settings, '8', 10)).toEqual([]);
    expect(resting(settings, '9', 66)).toEqual([]);
  });

  it('are counted anew for another value', () => {
    const settings = written({ before: '9', shown: '1', minute: 0 });
    settings.note('shop/orders', new Map([['a', '2']]), live('9'), at(5));
    expect(resting(settings, '2', 5)).toEqual([]);
    expect(resting(settings, '9', 6)).toEqual([]);
  });

  it('are forgotten with their resource, and when they are reset', () => {
    const gone = written({ minute: 0, shown: '9' });
    gone.forget('shop/orders');
    expect(resting(gone, '9', 1)).toEqual([]);
    const reset = written({ minute: 0, shown: '9' });
    reset.note('shop/orders', new Map([['a', undefined]]), live('9'), at(1));
    expect(resting(reset, '9', 1)).toEqual([]);
  });

  it('do not rest while the brokers have not heard of them', () => {
    const settings = written({ before: '9', minute: 0 });
    expect([...settings.resting('shop/orders', unheard('9'), at(0))]).toEqual([]);
    expect(resting(settings, '1', 1)).toEqual([]);
    expect(resting(settings, '9', 2)).toEqual([]);
  });

  it('are not taken for contested while the brokers have not heard of the last correction', () => {
    const settings = written({ before: '9', shown: '1', minute: 0 }, { before: '9', minute: 5 });
    expect([...settings.resting('shop/orders', unheard('9'), at(5))]).toEqual([]);
    expect(resting(settings, '9', 6)).toEqual(rests);
  });

  it('go on resting after a new try until the brokers show something new', () => {
    const settings = written({ before: '5', minute: 0, shown: '9' });
    settings.note('shop/orders', one, live('9'), at(61));
    expect([...settings.resting('shop/orders', unheard('9'), at(61))]).toEqual(rests);
    expect(resting(settings, '1', 62)).toEqual([]);
  });

  it('rest no longer once a person asks for a look after they were said to rest', () => {
    const settings = written({ minute: 0, shown: '9' });
    expect(resting(settings, '9', 1, 'first')).toEqual([]);
    settings.note('shop/orders', one, live('9'), at(1));
    expect(resting(settings, '9', 2, 'first')).toEqual(rests);
    expect(resting(settings, '9', 3, 'second')).toEqual([]);
  });

  it('begin to rest at the very look that a person asks for', () => {
    const corrected = { before: '9', shown: '1' };
    const settings = written({ ...corrected, minute: 0 }, { ...corrected, minute: 5 });
    expect(resting(settings, '9', 6, 'third')).toEqual(rests);
    expect(resting(settings, '9', 7, 'third')).toEqual(rests);
  });
});
