import { type Json, memberOf } from '../../json.ts';
import { child, type Reading, type Resource, type Spot } from './reading.ts';

/** Where texts stand that do not say it by an `$id`. */
export const nowhere = 'sluice:///';

/** `undefined`: no URI. */
export function resolved(reference: string, base: string): string | undefined {
  try {
    return new URL(reference, base).href;
  } catch {
    return undefined;
  }
}

/** Makes known a text, and the parts of it that have an `$id` or an anchor, as far as schemas may stand there. */
export function enterResource(reading: Reading, root: Spot): void {
  const due: Spot[] = [root];
  for (let spot = due.pop(); spot !== undefined; spot = due.pop()) {
    const { value } = spot;
    if (value.kind === 'array') value.items.forEach((item, index) => void due.push(child(spot, index, item)));
    if (value.kind !== 'object') continue;
    const inside = entered(reading, spot);
    owners.set(value, inside.resource);
    for (const { key, value: inner } of value.members) {
      // What stands there is data, and may look like a schema.
      if (!['enum', 'const', 'default', 'examples', 'example'].includes(key) || isName(spot))
        due.push(child(inside, key, inner));
    }
  }
}

/** Which resource an object of a text belongs to. */
const owners = new WeakMap<Json, Resource>();

/** In an object of names, what looks like a keyword is one of them. */
function isName({ path }: Spot): boolean {
  return /\/(properties|patternProperties|definitions|\$defs|dependentSchemas|dependencies)$/.test(path);
}

function entered(reading: Reading, spot: Spot): Spot {
  if (isName(spot)) return spot;
  const { draft } = spot.source;
  const id = textAt(spot.value, draft === 4 ? 'id' : '$id');
  const isRoot = spot.resource.root === spot;
  const isPassedOver = draft <= 7 && textAt(spot.value, '$ref') !== undefined && !isRoot;
  if (id !== undefined && !isPassedOver) {
    if (id.startsWith('#')) spot.resource.anchors.set(id.slice(1), spot);
    else return withId(reading, spot, id);
  }
  for (const key of ['$anchor', '$dynamicAnchor']) {
    const anchor = draft >= 2019 ? textAt(spot.value, key) : undefined;
    if (anchor !== undefined) spot.resource.anchors.set(anchor, spot);
  }
  return spot;
}

function withId(reading: Reading, spot: Spot, id: string): Spot {
  const uri = resolved(id.replace(/#$/, ''), spot.resource.base);
  if (uri === undefined) return spot;
  if (spot.resource.root === spot) {
    spot.resource.base = uri;
    reading.resources.set(uri, spot.resource);
    return spot;
  }
  const resource: Resource = { base: uri, root: spot, anchors: new Map() };
  const inside = { ...spot, resource };
  resource.root = inside;
  reading.resources.set(uri, resource);
  return inside;
}

export function textAt(value: Json, key: string): string | undefined {
  const member = value.kind === 'object' ? memberOf(value, key) : undefined;
  return member?.kind === 'string' ? member.value : undefined;
}

/** The resource that a spot belongs to, which may be another one than that of the schema around it. */
export function owned(spot: Spot): Spot {
  return { ...spot, resource: owners.get(spot.value) ?? spot.resource };
}

/** notGiven: it is in a text that was not handed in. broken: there is nothing there. */
export type Target = { kind: 'found'; spot: Spot } | { kind: 'notGiven' } | { kind: 'broken' };

export function targetOf(reading: Reading, { resource }: Spot, reference: string): Target {
  const [address = '', fragment = ''] = reference.split('#', 2);
  const found = address === '' ? resource : resourceAt(reading, resource, address);
  if (found === undefined) return { kind: /^[a-z][a-z0-9+.-]*:/i.test(address) ? 'notGiven' : 'broken' };
  const spot =
    fragment === '' || fragment.startsWith('/') ? pointed(found.root, fragment) : found.anchors.get(decoded(fragment));
  return spot ? { kind: 'found', spot: owned(spot) } : { kind: 'broken' };
}

function resourceAt(reading: Reading, { base }: Resource, address: string): Resource | undefined {
  const uri = resolved(address, base);
  const known = uri === undefined ? undefined : reading.resources.get(uri);
  return known ?? reading.resources.get(address) ?? reading.resources.get(resolved(address, nowhere) ?? '');
}

function pointed(root: Spot, pointer: string): Spot | undefined {
  let spot: Spot | undefined = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
    const value: Json | undefined = spot && stepped(spot.value, key);
    spot = spot && value && child(spot, key, value);
  }
  return spot;
}

function stepped(value: Json, key: string): Json | undefined {
  if (value.kind === 'object') return memberOf(value, key);
  return value.kind === 'array' && /^\d+$/.test(key) ? value.items[Number(key)] : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
