import { expect, test } from 'vitest';
import { describeSchemaRegistry } from '../../../contract/registry/schema-registry.contract.ts';
import { FakeRegistry } from '../../../fakes/fake-registry.ts';
import { avro, faultOf, options, order } from './helpers.ts';

describeSchemaRegistry('in memory', () => new FakeRegistry());

test('fails while it is down, and remembers what it had', async () => {
  const registry = new FakeRegistry();
  await registry.register('s', order, options);
  registry.goDown();
  expect(await faultOf(registry.listVersions('s', options))).toMatchObject({ kind: 'unavailable' });
  registry.comeBack();
  expect(await registry.listVersions('s', options)).toEqual([1]);
});

test('fails the n-th call and no other', async () => {
  const registry = new FakeRegistry();
  registry.failCall(2);
  expect(await registry.listVersions('s', options)).toBeUndefined();
  await faultOf(registry.register('s', order, options));
  expect(registry.subjects.size).toBe(0);
  expect(registry.writes).toBe(0);
  expect(await registry.register('s', order, options)).toEqual({ kind: 'registered', id: 1 });
});

test('does the work of a call whose answer is lost', async () => {
  const registry = new FakeRegistry();
  registry.loseAnswer(1);
  await faultOf(registry.register('s', order, options));
  expect(registry.subjects.get('s')).toHaveLength(1);
});

test('counts requests that ask for a change, and no reads', async () => {
  const registry = new FakeRegistry();
  await registry.register('s', order, options);
  await registry.register('s', avro('{bad'), options);
  await registry.writeLevel('s', 'Full', options);
  await registry.lookup('s', order, options);
  await registry.check('s', order, options);
  expect(registry.writes).toBe(3);
});

test('decides compatibility by the function it was given', async () => {
  const registry = new FakeRegistry((previous, next, level) => level === 'Backward' && previous.length < next.length);
  await registry.register('s', avro('"int"'), options);
  expect(await registry.check('s', avro('"string"'), options)).toEqual({ compatible: true });
  expect(await registry.check('s', avro('1'), options)).toMatchObject({ compatible: false });
});
