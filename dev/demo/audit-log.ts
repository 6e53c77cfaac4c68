import { leaseName } from '../../src/adapters/kube/lease.ts';

const NAMESPACE = 'sluice-system';
const OPERATOR = `system:serviceaccount:${NAMESPACE}:sluice-operator`;
const WRITES: readonly string[] = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** A line of the API server's audit log, as far as it is read here. */
interface AuditEvent {
  verb: string;
  user: { username: string };
  requestReceivedTimestamp: string;
  objectRef?: { resource: string; namespace?: string; name?: string; subresource?: string };
}

/** What the operator wrote to Kubernetes in some time. */
export interface OperatorWrites {
  /** Of its own Lease: it proves that the log was written meanwhile, and that the operator was alive. */
  lease: number;
  /** Everything else, such as `patch eventtopics/status shop/order-created`; in order. */
  others: readonly string[];
}

/** `lines` may end in the middle of one: the log is being written. */
export function findOperatorWrites(lines: readonly string[], from: Date, to: Date): OperatorWrites {
  const writes = lines
    // Most lines are of others, and parsing is what takes time.
    .filter((line) => line.includes(OPERATOR))
    .flatMap(parse)
    .filter(({ user, verb }) => user.username === OPERATOR && WRITES.includes(verb))
    .filter(({ requestReceivedTimestamp }) => isBetween(new Date(requestReceivedTimestamp), from, to));
  const others = writes.filter((event) => !isOfLease(event));
  return { lease: writes.length - others.length, others: others.map(describe) };
}

function parse(line: string): readonly AuditEvent[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

function isBetween(time: Date, from: Date, to: Date): boolean {
  return time >= from && time <= to;
}

function isOfLease({ objectRef }: AuditEvent): boolean {
  return objectRef?.resource === 'leases' && objectRef.namespace === NAMESPACE && objectRef.name === leaseName;
}

function describe({ verb, objectRef }: AuditEvent): string {
  const what = [objectRef?.resource, objectRef?.subresource].filter(Boolean).join('/');
  const which = [objectRef?.namespace, objectRef?.name].filter(Boolean).join('/');
  return `${verb} ${what} ${which}`.trimEnd();
}
