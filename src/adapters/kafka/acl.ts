/** What Kafka checks before it answers a request: an operation on a resource, as ACLs name them. */
interface Permission {
  operation: 'Alter' | 'AlterConfigs' | 'Create' | 'Delete' | 'Describe' | 'DescribeConfigs' | 'Read';
  on: 'Topic' | 'Group' | 'Cluster';
  /** Also allows it, on all resources at once. */
  or?: string;
}

const permissions = {
  Metadata: { operation: 'Describe', on: 'Topic' },
  DescribeConfigs: { operation: 'DescribeConfigs', on: 'Topic' },
  CreateTopics: { operation: 'Create', on: 'Topic', or: 'Create on Cluster' },
  CreatePartitions: { operation: 'Alter', on: 'Topic' },
  IncrementalAlterConfigs: { operation: 'AlterConfigs', on: 'Topic' },
  DeleteTopics: { operation: 'Delete', on: 'Topic' },
  AlterPartitionReassignments: { operation: 'Alter', on: 'Cluster' },
  ListPartitionReassignments: { operation: 'Describe', on: 'Cluster' },
  DescribeBrokerConfigs: { operation: 'DescribeConfigs', on: 'Cluster' },
  AlterBrokerConfigs: { operation: 'AlterConfigs', on: 'Cluster' },
  ListOffsets: { operation: 'Describe', on: 'Topic' },
  Fetch: { operation: 'Read', on: 'Topic' },
  ListGroups: { operation: 'Describe', on: 'Cluster' },
  FindCoordinator: { operation: 'Describe', on: 'Group' },
  OffsetFetch: { operation: 'Describe', on: 'Group' },
  DescribeGroups: { operation: 'Describe', on: 'Group' },
} as const satisfies Record<string, Permission>;

export type CheckedApi = keyof typeof permissions;

/** The ACL that a request needs: `Create on Topic "orders" (or Create on Cluster)`. `name`: of the topic or group. */
export function aclFor(api: CheckedApi, name?: string): string {
  const { operation, on, or }: Permission = permissions[api];
  const resource = on === 'Cluster' || name === undefined ? on : `${on} "${name}"`;
  return `${operation} on ${resource}${or === undefined ? '' : ` (or ${or})`}`;
}

/** Groups are described with their topics, and hidden when one of these is. */
export const aclForTopicsOfGroup = 'Describe on every Topic that it reads';
