import { toJSONSchema } from 'zod';
import type { KindDefinition } from './definition.ts';

/** Stands where something is left out. */
const mark = '…';

/** What the API says of a value, as in the CRD. */
interface Bounds {
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  enum?: readonly unknown[];
  format?: string;
  required?: readonly string[];
  properties?: Readonly<Record<string, Bounds>>;
  additionalProperties?: Bounds | boolean;
  items?: Bounds;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-sluice-remembered'?: boolean;
}

/**
 * Makes any status one that the API takes: brokers, registries and other programs may say more than its fields hold. The
 * bounds are those of the kind's schema, of which the CRD is made too. What is only shown loses its middle and a list its
 * end, with a mark in their place; what is read back is whole or absent. A status that fits stays as it is.
 */
export function fitterOf({
  status,
}: Pick<KindDefinition, 'status'>): <Status extends object>(status: Status) => Status {
  const bounds = toJSONSchema(status, { target: 'openapi-3.0', io: 'input' }) as Bounds;
  return <Status extends object>(wanted: Status) => fitFields(wanted, bounds) as Status;
}

/** `undefined`: it does not fit, and nothing may stand in its place. */
function fitValue(value: unknown, bounds: Bounds): unknown {
  if (typeof value === 'string') return fitText(value, bounds);
  if (Array.isArray(value)) return fitList(value, bounds);
  if (typeof value !== 'object' || value === null) return value;
  const { additionalProperties: entry } = bounds;
  return bounds.properties === undefined && typeof entry === 'object'
    ? fitMap(value, entry, bounds.maxProperties)
    : fitFields(value, bounds);
}

/** Both ends stay, because a message ends with the next step. Half a character would come back changed. */
function fitText(text: string, { maxLength = Number.POSITIVE_INFINITY, ...bounds }: Bounds): string | undefined {
  if (text.length <= maxLength) return text.toWellFormed();
  if (bounds['x-sluice-remembered']) return undefined;
  const atEnd = Math.floor(maxLength / 4);
  return `${text.slice(0, maxLength - mark.length - atEnd)}${mark}${text.slice(text.length - atEnd)}`.toWellFormed();
}

function fitFields(value: object, { properties = {} }: Bounds): object {
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      const bounds = Object.hasOwn(properties, key) ? properties[key] : undefined;
      return [key, bounds ? fitValue(field, bounds) : field];
    }),
  );
}

function fitMap(value: object, bounds: Bounds, maxProperties = Number.POSITIVE_INFINITY): object {
  const fitting = Object.entries(value)
    .map(([key, entry]) => [key, fitValue(entry, bounds)] as const)
    .filter(([, entry]) => entry !== undefined);
  if (fitting.length <= maxProperties) return Object.fromEntries(fitting);
  return Object.fromEntries(fitting.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, maxProperties));
}

function fitList(list: readonly unknown[], bounds: Bounds): readonly unknown[] {
  const { items = {}, maxItems = Number.POSITIVE_INFINITY } = bounds;
  const fitting = distinct(
    list.map((item) => fitValue(item, items)),
    bounds,
  );
  if (fitting.length <= maxItems) return fitting;
  const kept = fitting.slice(0, maxItems - 1);
  return [...kept, markFor(fitting[kept.length], items, `${mark} and ${fitting.length - kept.length} more`)];
}

/** Items that became the same by being cut, where the list may hold each only once. */
function distinct(items: readonly unknown[], bounds: Bounds): readonly unknown[] {
  const keys = bounds['x-kubernetes-list-map-keys'];
  if (keys === undefined && bounds['x-kubernetes-list-type'] !== 'set') return items;
  const byId = new Map(items.toReversed().map((item) => [JSON.stringify(keys ? pick(item, keys) : item), item]));
  return [...byId.values()].toReversed();
}

function pick(item: unknown, keys: readonly string[]): unknown[] {
  const fields = new Map(Object.entries(item ?? {}));
  return keys.map((key) => fields.get(key));
}

/** The last item of a list that holds no more: `said` in its first free text, and no more than must be there. */
function markFor(example: unknown, bounds: Bounds, said: string): unknown {
  if (typeof example !== 'object' || example === null) return fitText(said, bounds);
  const { properties = {}, required = [] } = bounds;
  const isFree = (key: string) => Object.hasOwn(properties, key) && !properties[key]?.enum && !properties[key]?.format;
  const texts = Object.entries(example).filter(([key, value]) => typeof value === 'string' && isFree(key));
  const shown = texts[0]?.[0];
  return Object.fromEntries(
    Object.entries(example)
      .filter(([key]) => key === shown || required.includes(key))
      .map(([key, value]) => [key, key === shown ? said : texts.some(([text]) => text === key) ? mark : value]),
  );
}
