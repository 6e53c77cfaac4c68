/** Kafka prints topic ids as 22 characters of URL-safe base64; the client library takes and gives hyphenated hex. */
export function topicIdOfUuid(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
}

/** Throws RangeError unless `isTopicId(id)`. */
export function uuidOfTopicId(id: string): string {
  if (!isTopicId(id)) throw new RangeError(`"${id}" is not a topic id`);
  const hex = Buffer.from(id, 'base64url').toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** 16 bytes, not all zero: the zero id means "no id" in Kafka's protocol. */
export function isTopicId(id: string): boolean {
  const bytes = Buffer.from(id, 'base64url');
  return bytes.length === 16 && bytes.toString('base64url') === id && bytes.some((byte) => byte !== 0);
}
