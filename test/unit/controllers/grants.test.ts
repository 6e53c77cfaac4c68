import { describe, expect, it } from 'vitest';
import { refuseUngranted } from '../../../src/controllers/grants.ts';
import { accessRule, clusterOf, useOf } from './samples.ts';

describe('grants', () => {
  it('come from the first rule that matches the namespace, and from no other', () => {
    const cluster = clusterOf({
      access: [accessRule({ namespaces: ['shop'], topics: ['order.*'] }), accessRule({ namespaces: ['*'] })],
    });
    expect(refuseUngranted(useOf(cluster), 'topics', ['order.created'])).toBeUndefined();
    expect(refuseUngranted(useOf(cluster), 'topics', ['payment', 'order.created', 'a'])).toMatchObject({
      reason: 'NotGranted',
      message: expect.stringContaining('"a", "payment"'),
    });
  });
});
