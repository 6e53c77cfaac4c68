import type { PolicyRule } from '../../ports/kube.ts';
import { eventRules } from './events.ts';
import { journalRules } from './journal.ts';
import { leaseRules } from './lease.ts';
import { scaleRules } from './scale.ts';

/** How a store of a kind is used: only these verbs are granted. */
export interface StoreUse {
  group: string;
  plural: string;
  /** Live reads. */
  read?: boolean;
  patch?: boolean;
  status?: boolean;
  /** Default: the whole cluster. */
  scope?: PolicyRule['scope'];
}

/** What a store needs to be allowed to do with its kind. */
export function storeRules({ group, plural, read, patch, status, scope = 'cluster' }: StoreUse): readonly PolicyRule[] {
  const rule = { apiGroups: [group], scope } as const;
  const verbs = [...(read ? ['get'] : []), 'list', 'watch', ...(patch ? ['patch'] : [])];
  return [
    { ...rule, resources: [plural], verbs },
    ...(status ? [{ ...rule, resources: [`${plural}/status`], verbs: ['patch'] }] : []),
  ];
}

/** What this adapter does whatever the kinds are. */
export const adapterRules: readonly PolicyRule[] = [...leaseRules, ...journalRules, ...eventRules, ...scaleRules];
