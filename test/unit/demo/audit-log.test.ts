import { describe, expect, it } from 'vitest';
import { findOperatorWrites } from '../../../dev/demo/audit-log.ts';

const operator = 'system:serviceaccount:sluice-system:sluice-operator';
const lease = { resource: 'leases', namespace: 'sluice-system', name: 'sluice-leader' };
const status = { resource: 'eventtopics', subresource: 'status', namespace: 'shop', name: 'orders' };
const from = new Date('2026-01-01T10:00:00.000Z');
const to = new Date('2026-01-01T10:00:30.000Z');

interface Request {
  verb?: string;
  username?: string;
  at?: string;
  objectRef?: object;
}

function line({ verb = 'patch', username = operator, at = '10:00:15.000000', objectRef = status }: Request): string {
  const user = { username };
  return JSON.stringify({ kind: 'Event', verb, user, objectRef, requestReceivedTimestamp: `2026-01-01T${at}Z` });
}

describe('findOperatorWrites', () => {
  const rows: readonly { it: string; request: Request; lease?: number; others?: readonly string[] }[] = [
    { it: 'tells what was written', request: {}, others: ['patch eventtopics/status shop/orders'] },
    {
      it: 'tells of a creation, which has no name yet',
      request: { verb: 'create', objectRef: { resource: 'events', namespace: 'shop' } },
      others: ['create events shop'],
    },
    {
      it: 'tells of a whole collection',
      request: { verb: 'deletecollection', objectRef: { resource: 'eventtopics' } },
      others: ['deletecollection eventtopics'],
    },
    { it: 'counts renewals of the lease apart', request: { objectRef: lease }, lease: 1 },
    {
      it: 'does not take the lease of somebody else for its own',
      request: { objectRef: { ...lease, namespace: 'shop' } },
      others: ['patch leases shop/sluice-leader'],
    },
    { it: 'leaves out reads', request: { verb: 'watch' } },
    { it: 'leaves out what others write', request: { username: 'admin' } },
    { it: 'leaves out others with a longer name', request: { username: `${operator}-2` } },
    { it: 'leaves out what came before', request: { at: '09:59:59.999999' } },
    { it: 'leaves out what came after', request: { at: '10:00:30.001000' } },
    { it: 'takes in the edges', request: { at: '10:00:30.000000', objectRef: lease }, lease: 1 },
  ];
  it.each(rows)('$it', ({ request, lease = 0, others = [] }) => {
    expect(findOperatorWrites([line(request)], from, to)).toEqual({ lease, others });
  });

  it('reads a log whose last line is still being written', () => {
    const whole = line({ objectRef: lease });
    expect(findOperatorWrites([whole, whole, whole.slice(0, -20), ''], from, to)).toEqual({ lease: 2, others: [] });
  });
});
