import { describe, expect, it } from 'vitest';
import { aclFor, type CheckedApi } from '../../../../src/adapters/kafka/acl.ts';
import { faultOfCode } from '../../../../src/adapters/kafka/errors.ts';

describe('the ACL that is missing', () => {
  it.each<{ api: CheckedApi; name?: string; acl: string }>([
    { api: 'CreateTopics', name: 'orders', acl: 'Create on Topic "orders" (or Create on Cluster)' },
    { api: 'IncrementalAlterConfigs', name: 'orders', acl: 'AlterConfigs on Topic "orders"' },
    { api: 'DeleteTopics', acl: 'Delete on Topic' },
    { api: 'OffsetFetch', name: 'billing', acl: 'Describe on Group "billing"' },
    { api: 'ListGroups', acl: 'Describe on Cluster' },
    { api: 'AlterPartitionReassignments', name: 'orders', acl: 'Alter on Cluster' },
  ])('for $api is $acl', ({ api, name, acl }) => {
    expect(aclFor(api, name)).toBe(acl);
  });

  it('is named instead of the words of the broker, where it denies', () => {
    const denial = { errorCode: 29, errorMessage: 'Authorization failed.' };
    const acl = aclFor('CreateTopics', 'orders');
    expect(faultOfCode('cannot create topic "orders"', denial, { acl })).toMatchObject({
      kind: 'denied',
      code: 'TOPIC_AUTHORIZATION_FAILED',
      atLogin: false,
      message: 'cannot create topic "orders": needs ACL Create on Topic "orders" (or Create on Cluster)',
    });
    expect(faultOfCode('cannot', { errorCode: 44, errorMessage: 'names need a team' }, { acl }).message).toBe(
      'cannot: POLICY_VIOLATION: names need a team',
    );
  });
});
