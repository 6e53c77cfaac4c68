import { describe, expect, it } from 'vitest';
import { parseAssignment, parseSubscription } from '../../../../src/adapters/kafka/consumer-protocol.ts';
import { all, i16, i32 } from './wire.ts';

/** The bytes of the classic protocol are not compact: lengths are fixed integers. */
const plain = (value: string) => all(i16(value.length), Buffer.from(value));
const plainList = (...items: Buffer[]) => all(i32(items.length), ...items);
const userData = i32(-1);

describe('the consumer protocol', () => {
  it.each([
    { it: 'version 0', bytes: all(i16(0), plainList(plain('orders'), plain('payments')), userData) },
    {
      it: 'version 3, with fields that we do not know',
      bytes: all(i16(3), plainList(plain('orders'), plain('payments')), userData, plainList(), i32(7), plain('rack-1')),
    },
  ])('reads what a member asked for in $it', ({ bytes }) => {
    expect(parseSubscription(bytes)).toEqual(['orders', 'payments']);
  });

  it('reads what a member was given', () => {
    const orders = all(plain('orders'), plainList(i32(0), i32(3)));
    const payments = all(plain('payments'), plainList(i32(1)));
    expect(parseAssignment(all(i16(1), plainList(orders, payments), userData))).toEqual(
      new Map([
        ['orders', [0, 3]],
        ['payments', [1]],
      ]),
    );
  });

  it.each([
    { it: 'empty bytes', bytes: Buffer.alloc(0) },
    { it: 'bytes that are cut off', bytes: all(i16(0), i32(1)) },
    { it: 'a list that claims to be endless', bytes: all(i16(0), i32(2 ** 31 - 1), plain('orders')) },
  ])('does not make sense of $it', ({ bytes }) => {
    expect(() => parseSubscription(bytes)).toThrow(RangeError);
  });
});
