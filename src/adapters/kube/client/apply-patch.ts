import { isDeepStrictEqual } from 'node:util';
import { isRecord, lookUp } from '../../../base/records.ts';
import type { MergePatch } from '../../../ports/kube.ts';

export type Fields = Readonly<Record<string, unknown>>;

/**
 * What `kubectl apply` sends for an object of a kind that is not built in: what the manifest says otherwise than the
 * object, and `null` for what the manifest said when it was applied last and says no more. Fields that others set stay.
 */
export function applyPatch(stored: Fields, lastApplied: Fields, manifest: Fields): MergePatch {
  return { ...differences(stored, manifest), ...removals(lastApplied, manifest, stored) };
}

function differences(stored: Fields, manifest: Fields): Record<string, unknown> {
  const changed = new Map<string, unknown>();
  for (const [key, wanted] of Object.entries(manifest)) {
    const live = lookUp(stored, key);
    if (isRecord(live) && isRecord(wanted)) {
      const inside = differences(live, wanted);
      if (Object.keys(inside).length > 0) changed.set(key, inside);
    } else if (!isDeepStrictEqual(live, wanted)) {
      changed.set(key, wanted);
    }
  }
  return Object.fromEntries(changed);
}

/** Where something goes inside an object, the differences there are part of the answer too. */
function removals(lastApplied: Fields, manifest: Fields, stored: Fields): Record<string, unknown> {
  const removed = new Map<string, unknown>();
  for (const [key, former] of Object.entries(lastApplied)) {
    const wanted = lookUp(manifest, key);
    const live = lookUp(stored, key);
    if (!Object.hasOwn(manifest, key)) removed.set(key, null);
    else if (isRecord(former) && isRecord(wanted) && isRecord(live)) {
      const inside = applyPatch(live, former, wanted);
      if (Object.keys(inside).length > 0) removed.set(key, inside);
    }
  }
  return Object.fromEntries(removed);
}
