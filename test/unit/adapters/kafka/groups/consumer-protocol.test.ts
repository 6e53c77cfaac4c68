import { describe, expect, it } from 'vitest';
import { parseAssignment, parseSubscription } from '../../../../../src/adapters/kafka/groups/consumer-protocol.ts';
import { all, i16, i32 } from '../wire.ts';

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

  it('names a topic once, however often a member asks for it', () => {
    expect(parseSubscription(all(i16(0), plainList(plain('orders'), plain('orders'))))).toEqual(['orders']);
  });

  const most = 2 ** 31 - 1;
  it.each([
    { it: 'empty bytes', bytes: Buffer.alloc(0) },
    { it: 'half a version', bytes: Buffer.alloc(1) },
    { it: 'bytes that are cut off', bytes: all(i16(0), i32(1)) },
    { it: 'a list that claims to be endless', bytes: all(i16(0), i32(most), plain('orders')) },
    { it: 'a list that claims to be shorter than empty', bytes: all(i16(0), i32(-1), plain('orders')) },
    { it: 'more than any member reads', bytes: all(i16(0), i32(10_001), Buffer.alloc(100_000)) },
    { it: 'a name that leads back to itself', bytes: all(i16(0), i32(most), i16(-2), i16(-2), i32(most)) },
    { it: 'a name that leads back before the bytes', bytes: all(i16(0), i32(1), i16(-8), i32(0), i16(0)) },
    { it: 'a name that is longer than what is left', bytes: all(i16(0), i32(1), i16(20_000), i32(0), i16(0)) },
  ])('does not make sense of $it', ({ bytes }) => {
    expect(() => parseSubscription(bytes)).toThrow(RangeError);
    expect(() => parseAssignment(bytes)).toThrow(RangeError);
  });

  it.each([
    { it: 'partitions that claim to be endless', partitions: all(i32(most), i32(0)) },
    { it: 'partitions that are not all there', partitions: all(i32(2), i32(0)) },
    { it: 'a partition below zero', partitions: plainList(i32(-1)) },
  ])('does not make sense of an assignment with $it', ({ partitions }) => {
    expect(() => parseAssignment(all(i16(0), i32(1), plain('orders'), partitions))).toThrow(RangeError);
  });
});
