import { keyOf } from '../base/keys.ts';
import type { KubeObject, ResourceCache } from '../ports/kube.ts';
import type { Judgement } from '../runtime/judgement.ts';
import type { Blocked } from '../runtime/kind.ts';

/**
 * What is blocked, as it is judged before the object is stored. Only what the user must change in the spec can be refused
 * there: those are the reasons that are `deniable`. The user is told of the other refusals; what is merely waited for is in
 * order.
 */
export function judgementOf(
  blocked: readonly Blocked[],
  deniable: readonly string[],
  mode: Judgement['mode'] = 'Deny',
): Judgement {
  const refusals = blocked.filter(({ kind }) => kind === 'refuse');
  const { refused = [], open = [] } = Object.groupBy(refusals, ({ reason }) =>
    deniable.includes(reason) ? 'refused' : 'open',
  );
  return { refused, open, unchecked: [], mode };
}

/** A cache that is a moment behind may still hold an object of the same name that is gone: it is nobody's rival. */
export function judgedBeside<R extends KubeObject>(
  cache: Pick<ResourceCache<R>, 'byIndex'>,
  resource: R,
): Pick<ResourceCache<R>, 'byIndex'> {
  const isGone = (other: R) => keyOf(other) === keyOf(resource) && other.metadata.uid !== resource.metadata.uid;
  return { byIndex: (index, value) => cache.byIndex(index, value).filter((other) => !isGone(other)) };
}
