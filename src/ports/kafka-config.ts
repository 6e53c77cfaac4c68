/** One setting of a topic or a broker, as the broker reports it. */
export interface ConfigEntry {
  /** Absent for sensitive settings, which the broker does not disclose. */
  value: string | undefined;
  /** True when the value is set on the thing itself; false when it comes from elsewhere or is the default. */
  overridden: boolean;
}

/** `undefined` as a value resets the setting to its default. */
export type ConfigChanges = ReadonlyMap<string, string | undefined>;

/**
 * Whether Kafka reads both texts as one value. Brokers answer the value as they parsed it: `0060000` comes back as
 * `60000`, `TRUE` as `true`, `.50` as `0.5`, `compact, delete` as `compact,delete`, and since Kafka drops what a list of
 * names repeats, `delete,delete` as `delete` (org.apache.kafka.common.config.ConfigDef: parseType, and parseValue for
 * the lists of a ValidList, which keeps the first of each). The type is told by the looks of the value, because the
 * answer to a creation does not name it and has the value as it was written; no setting of a topic reads differently as
 * a text. It takes time in proportion to the texts, whatever a tenant writes.
 */
export function sameValue(one: string, other: string): boolean {
  if (one === other) return true;
  const scalars = [canonicalScalar(one.trim()), canonicalScalar(other.trim())];
  return scalars.every((scalar) => scalar === undefined) ? sameList(one, other) : scalars[0] === scalars[1];
}

const wholeNumber = /^[+-]?\d+$/;
// Java takes a trailing d or f.
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?[df]?$/i;
/** Pairs of a partition and a broker, and what vendors keep in settings of their own, are no names. */
const listOfNames = /^[\w.\s,-]*$/;

/** `undefined`: neither a number nor a truth value. */
function canonicalScalar(text: string): string | undefined {
  if (wholeNumber.test(text)) return canonicalNumber(text);
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase();
  return decimal.test(text) ? String(Number(text.replace(/[df]$/i, ''))) : undefined;
}

/** Of any length, and exact. */
function canonicalNumber(text: string): string {
  const digits = text.replace(/^[+-]/, '').replace(/^0+(?=\d)/, '');
  return text.startsWith('-') && digits !== '0' ? `-${digits}` : digits;
}

function sameList(one: string, other: string): boolean {
  const distinct = listOfNames.test(one) && listOfNames.test(other);
  const [ones, others] = [itemsOf(one, distinct), itemsOf(other, distinct)];
  for (;;) {
    const [next, partner] = [ones.next(), others.next()];
    if (next.done === true || partner.done === true) return next.done === partner.done;
    if (next.value !== partner.value) return false;
  }
}

function* itemsOf(list: string, distinct: boolean): Generator<string, undefined> {
  const seen = new Set<string>();
  for (let start = 0, end = 0; end < list.length || start === 0; start = end + 1) {
    const comma = list.indexOf(',', start);
    end = comma < 0 ? list.length : comma;
    const item = list.slice(start, end).trim();
    if (distinct && seen.has(item)) continue;
    seen.add(item);
    yield item;
  }
  return undefined;
}
