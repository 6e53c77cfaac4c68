import { describe, expect, it } from 'vitest';
import { eventConsumerGate } from '../../../../src/controllers/event-consumer/gate.ts';
import type { AccessRule } from '../../../../src/crds/access-rule.ts';
import { accessRule } from '../samples.ts';
import { consumerWorld, key } from './world.ts';

const signal = new AbortController().signal;

function world(granted: Partial<AccessRule>) {
  const around = consumerWorld();
  around.clusters.edit('default', { spec: { access: [accessRule({ namespaces: ['shop'], ...granted })] } });
  return { ...around, gate: eventConsumerGate(around), resource: around.consumers.must(key) };
}

describe('at admission and in a round', () => {
  it.each([
    { it: 'a topic that is not granted', granted: { topics: ['payments'] } },
    { it: 'a group that is not granted', granted: { groups: ['other'] } },
  ])('$it is refused in the same words', async ({ granted }) => {
    const { gate, resource, settle, condition } = world(granted);
    const judged = await gate(resource, signal);
    await settle();
    const message = condition('Stalled')?.message;
    expect(message).toBeDefined();
    expect(judged).toMatchObject({ refused: [{ reason: 'NotGranted', message }], open: [], unchecked: [] });
  });

  it('what is granted is in order', async () => {
    const { gate, resource, settle, condition } = world({});
    expect(await gate(resource, signal)).toMatchObject({ refused: [], open: [], unchecked: [] });
    await settle();
    expect(condition('Stalled')).toBeUndefined();
  });
});
