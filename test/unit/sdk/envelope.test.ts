import { describe, expect, it } from 'vitest';
import { currentEvent, handling } from '../../../sdk/src/envelope/context.ts';
import { envelopeHeaders, newEnvelope, readEnvelope } from '../../../sdk/src/envelope/envelope.ts';
import { createLogger } from '../../../sdk/src/service/logger.ts';

const origin = { topic: 'orders', partition: 3, offset: '17', timestamp: '1700000000000' };
const event = { eventId: 'e2', type: 'order.shipped', source: 'shipping', timestamp: 1_700_000_000_500 };
const cause = { eventId: 'e1', correlationId: 'c1' };

describe('an envelope', () => {
  it('comes back from the headers that it went into', () => {
    const envelope = { ...event, correlationId: 'c1', causationId: 'e1', subject: 'order-1' };
    expect(readEnvelope(envelopeHeaders(envelope), origin)).toEqual(envelope);
  });

  it('is written in the binary mode of CloudEvents', () => {
    expect(envelopeHeaders({ ...event, correlationId: 'c1', subject: 'order-1' })).toEqual({
      ce_specversion: '1.0',
      ce_id: 'e2',
      ce_type: 'order.shipped',
      ce_source: 'shipping',
      ce_time: '2023-11-14T22:13:20.500Z',
      ce_correlationid: 'c1',
      ce_subject: 'order-1',
    });
  });

  it.each([
    { it: 'has no headers', headers: undefined },
    { it: 'has an empty id', headers: { ce_id: '' } },
    { it: 'has a time that is none', headers: { ce_time: 'yesterday' } },
  ])('is made from its place for a record that $it, and is the same each time', ({ headers }) => {
    expect(readEnvelope(headers, origin)).toEqual({
      eventId: 'orders/3/17',
      type: 'orders',
      source: 'unknown',
      timestamp: 1_700_000_000_000,
      correlationId: 'orders/3/17',
    });
  });

  it('takes the first of several headers of a name', () => {
    const headers = { ce_id: [Buffer.from('a'), Buffer.from('b')] };
    expect(readEnvelope(headers, origin).eventId).toBe('a');
  });
});

describe('a new event', () => {
  it('belongs to the one that is being handled, however deep the call', async () => {
    const made = await handling(cause, async () => {
      await Promise.resolve();
      return newEnvelope(event);
    });
    expect(made).toEqual({ ...event, correlationId: 'c1', causationId: 'e1' });
  });

  it('begins a story of its own outside of that, unless it is told which it belongs to', () => {
    expect(newEnvelope(event)).toEqual({ ...event, correlationId: 'e2' });
    expect(newEnvelope({ ...event, correlationId: 'c9' })).toEqual({ ...event, correlationId: 'c9' });
  });

  it('keeps events that are handled side by side apart', async () => {
    const seen = await Promise.all(
      ['a', 'b'].map((id) =>
        handling({ eventId: id, correlationId: id }, async () => {
          await new Promise((resolve) => setImmediate(resolve));
          return currentEvent()?.correlationId;
        }),
      ),
    );
    expect([...seen, currentEvent()]).toEqual(['a', 'b', undefined]);
  });
});

describe('the log', () => {
  it('says when, how bad, who and what, and to which story it belongs', () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLogger('shipping', 'info', { write: (line) => lines.push(JSON.parse(line)) });
    log.info('listening');
    handling(cause, () => log.warn({ orderId: 'o' }, 'late'));
    expect(lines).toEqual([
      { level: 'info', timestamp: expect.stringMatching(/^\d{4}-.*Z$/), service: 'shipping', message: 'listening' },
      {
        level: 'warn',
        timestamp: expect.any(String),
        service: 'shipping',
        orderId: 'o',
        correlationId: 'c1',
        message: 'late',
      },
    ]);
  });
});
