/** The settings of a topic and their defaults in Kafka 4.3, as a broker without settings of its own reports them. */
export const settingsOfTopics: ReadonlyMap<string, string> = new Map([
  ['cleanup.policy', 'delete'],
  ['compression.gzip.level', '-1'],
  ['compression.lz4.level', '9'],
  ['compression.type', 'producer'],
  ['compression.zstd.level', '3'],
  ['delete.retention.ms', '86400000'],
  ['file.delete.delay.ms', '60000'],
  ['flush.messages', '9223372036854775807'],
  ['flush.ms', '9223372036854775807'],
  ['follower.replication.throttled.replicas', ''],
  ['index.interval.bytes', '4096'],
  ['leader.replication.throttled.replicas', ''],
  ['local.retention.bytes', '-2'],
  ['local.retention.ms', '-2'],
  ['max.compaction.lag.ms', '9223372036854775807'],
  ['max.message.bytes', '1048588'],
  ['message.timestamp.after.max.ms', '3600000'],
  ['message.timestamp.before.max.ms', '9223372036854775807'],
  ['message.timestamp.type', 'CreateTime'],
  ['min.cleanable.dirty.ratio', '0.5'],
  ['min.compaction.lag.ms', '0'],
  ['min.insync.replicas', '1'],
  ['preallocate', 'false'],
  ['remote.log.copy.disable', 'false'],
  ['remote.log.delete.on.disable', 'false'],
  ['remote.storage.enable', 'false'],
  ['retention.bytes', '-1'],
  ['retention.ms', '604800000'],
  ['segment.bytes', '1073741824'],
  ['segment.index.bytes', '10485760'],
  ['segment.jitter.ms', '0'],
  ['segment.ms', '604800000'],
  ['unclean.leader.election.enable', 'false'],
]);

const words: Readonly<Record<string, readonly string[]>> = {
  'cleanup.policy': ['delete', 'compact', 'compact,delete', 'delete,compact'],
  'compression.type': ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
  'message.timestamp.type': ['CreateTime', 'LogAppendTime'],
};

/** A value as a broker parses it and answers it from then on. */
export function parsedValue(key: string, value: string): string {
  const example = settingsOfTopics.get(key) ?? '';
  if (isBoolean(example)) return value.trim().toLowerCase();
  if (key === 'cleanup.policy') return [...new Set(listOf(value))].join(',');
  if (!isNumber(example)) return value;
  return /^[+-]?\d+$/.test(value.trim()) ? BigInt(value.trim()).toString() : String(Number(value));
}

/** What a broker finds wrong with a setting; `undefined`: nothing. Ranges are left to the real one. */
export function problemWith(key: string, value: string): string | undefined {
  const example = settingsOfTopics.get(key);
  if (example === undefined) return `Unknown topic config name: ${key}`;
  const allowed = words[key] ?? (isBoolean(example) ? ['true', 'false'] : undefined);
  if (allowed !== undefined) return allowed.includes(parsedValue(key, value)) ? undefined : invalid(key, value);
  const given = value.trim();
  return isNumber(example) && (given === '' || Number.isNaN(Number(given))) ? invalid(key, value) : undefined;
}

function isBoolean(example: string): boolean {
  return example === 'true' || example === 'false';
}

function isNumber(example: string): boolean {
  return example !== '' && !Number.isNaN(Number(example));
}

function listOf(value: string): string[] {
  return value.split(',').map((item) => item.trim());
}

function invalid(key: string, value: string): string {
  return `Invalid value ${value} for configuration ${key}`;
}
