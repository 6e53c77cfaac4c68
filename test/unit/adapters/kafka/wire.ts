/** Kafka's wire format for flexible versions, written down once more, so that the client library is checked by others. */
export const i8 = (value: number): Buffer => Buffer.from(Int8Array.of(value).buffer);
export const i16 = (value: number): Buffer => write(2, (bytes) => bytes.writeInt16BE(value));
export const i32 = (value: number): Buffer => write(4, (bytes) => bytes.writeInt32BE(value));
export const i64 = (value: bigint): Buffer => write(8, (bytes) => bytes.writeBigInt64BE(value));
export const bool = (value: boolean): Buffer => i8(value ? 1 : 0);
export const uuid = (hex: string): Buffer => Buffer.from(hex.replaceAll('-', ''), 'hex');
/** The end of every structure: no tagged fields. */
export const tags = Buffer.from([0]);
/** A compact null: of a string, an array or bytes. */
export const none = Buffer.from([0]);
export const text = (value: string): Buffer => sized(Buffer.from(value));
export const sized = (bytes: Buffer): Buffer => Buffer.concat([uvarint(bytes.length + 1), bytes]);
export const list = (...items: readonly Buffer[]): Buffer => Buffer.concat([uvarint(items.length + 1), ...items]);
export const all = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);

export function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function write(length: number, fill: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(length);
  fill(bytes);
  return bytes;
}
