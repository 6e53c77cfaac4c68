import { describe, expect, it } from 'vitest';
import { followUp } from '../../../examples/marketplace/shared/events.ts';
import { envelope } from './sample-events.ts';

const EARLY = new Date('2026-01-01T00:00:00Z');
const LATE = new Date('2026-01-01T00:05:00Z');

describe('followUp', () => {
  it('makes the same event of a redelivery, however late it comes', () => {
    const first = followUp(envelope(), 'payment.requested', 'payment', EARLY);
    const again = followUp(envelope(), 'payment.requested', 'payment', LATE);
    expect(again.eventId).toBe(first.eventId);
  });

  it('makes another event of another input, and of another type', () => {
    const ids = [
      followUp(envelope(), 'payment.requested', 'payment', EARLY),
      followUp(envelope(), 'payment.completed', 'payment', EARLY),
      followUp(envelope({ eventId: '0a7a7f8c-a839-5f54-9462-d469a15e5242' }), 'payment.requested', 'payment', EARLY),
    ].map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(3);
  });

  it('stays with the order and its correlation', () => {
    const { orderId, correlationId } = envelope();
    expect(followUp(envelope(), 'order.shipped', 'shipping', EARLY)).toMatchObject({
      orderId,
      correlationId,
      source: 'shipping',
      timestamp: EARLY.getTime(),
    });
  });
});
