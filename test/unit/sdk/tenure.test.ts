import { describe, expect, it } from 'vitest';
import { Slots } from '../../../sdk/src/consumer/slots.ts';
import { Tenure } from '../../../sdk/src/consumer/tenure.ts';

describe('Tenure', () => {
  it.each([
    { type: 'REBALANCE_IN_PROGRESS', draining: true, lost: false },
    { type: 'NOT_COORDINATOR_FOR_GROUP', draining: true, lost: false },
    { type: 'UNKNOWN_MEMBER_ID', draining: true, lost: true },
    { type: 'ILLEGAL_GENERATION', draining: true, lost: true },
    { type: 'REQUEST_TIMED_OUT', draining: false, lost: false },
    { type: undefined, draining: false, lost: false },
  ])('after $type: draining $draining, lost $lost', ({ type, draining, lost }) => {
    const tenure = new Tenure();
    const error = Object.assign(new Error('no'), { type });
    tenure.notice(error);
    expect([tenure.draining.aborted, tenure.lost.aborted]).toEqual([draining, lost]);
    expect(tenure.cause).toBe(draining ? error : undefined);
  });

  it('is over when the next one begins, and not when it only drains', () => {
    const tenure = new Tenure();
    tenure.drain();
    expect([tenure.over, tenure.cause]).toEqual([false, undefined]);
    tenure.end();
    expect([tenure.over, tenure.lost.aborted]).toEqual([true, true]);
  });
});

describe('Slots', () => {
  it('hand a place that is free to who waits longest', async () => {
    const slots = new Slots(1);
    const order: string[] = [];
    await slots.take();
    const waiting = ['first', 'second'].map((name) => slots.take().then(() => order.push(name)));
    slots.release();
    await waiting[0];
    expect(order).toEqual(['first']);
    slots.release();
    await waiting[1];
    expect(order).toEqual(['first', 'second']);
  });
});
