/**
 * Whether Kafka reads both texts as one value. Brokers answer the value as they parsed it: `0060000` comes back as
 * `60000`, `TRUE` as `true`, `.50` as `0.5`, `compact, delete` as `compact,delete`
 * (org.apache.kafka.common.config.ConfigDef.parseType). The type is told by the looks of the value, because the answer
 * to a creation does not name it and has the value as it was written; no setting of a topic reads differently as a text.
 */
export function sameValue(one: string, other: string): boolean {
  return one === other || canonical(one) === canonical(other);
}

function canonical(text: string): string {
  const trimmed = text.trim();
  if (/^[+-]?\d+$/.test(trimmed)) return BigInt(trimmed.replace(/^\+/, '')).toString();
  if (/^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase();
  // Java takes a trailing d or f.
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[df]?$/i.test(trimmed)) return String(Number(trimmed.replace(/[df]$/i, '')));
  return trimmed
    .split(',')
    .map((item) => item.trim())
    .join(',');
}
