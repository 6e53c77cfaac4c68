import { createHash } from 'node:crypto';

/** Long enough that two topics of one company do not meet, short enough to be read. */
const hashLength = 8;
const longestName = 249;

/**
 * A resource name for each topic. A topic name that Kubernetes accepts stays; `Order_Created` becomes `order-created`.
 * Where topics would meet in one name, those that do not own it get a hash of their own name, so that the result does
 * not depend on which topics are asked for: `live` is all that there are. `taken` are the resource names of the
 * namespace with the topics that they name: a topic keeps the resource that it has.
 */
export function resourceNames(
  live: readonly string[],
  taken: ReadonlyMap<string, string | undefined>,
): ReadonlyMap<string, string> {
  const kept = Map.groupBy(taken.keys(), (name) => taken.get(name));
  const wanted = Map.groupBy(live, resourceNameOf);
  return new Map(
    live.map((topic) => {
      const name = resourceNameOf(topic);
      const alone = wanted.get(name)?.length === 1 || name === topic;
      return [topic, kept.get(topic)?.sort()[0] ?? (alone && !taken.has(name) ? name : hashedName(topic, name))];
    }),
  );
}

/** Lower case, `-` for `_`, and every part between dots begins and ends with a letter or digit. */
function resourceNameOf(topic: string): string {
  const parts = topic
    .toLowerCase()
    .replaceAll('_', '-')
    .split('.')
    .map((part) => part.replace(/^-+|-+$/g, ''))
    .filter((part) => part !== '');
  return parts.join('.') || 'topic';
}

function hashedName(topic: string, name: string): string {
  const hash = createHash('sha256').update(topic).digest('hex').slice(0, hashLength);
  const start = name.slice(0, longestName - hashLength - 1).replace(/[.-]+$/, '');
  return `${start}-${hash}`;
}
