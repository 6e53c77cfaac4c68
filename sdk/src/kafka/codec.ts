import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';

export type Encode<Value> = (value: Value) => Promise<Buffer>;

/** Values in the registry's wire format. Schemas are looked up, never registered: registering them is the operator's work. */
export interface Codec {
  /** Encodes by the subject's latest version as of now. Rejects while the subject has none. */
  encoderFor<Value>(subject: string): Promise<Encode<Value>>;
  decode<Value>(value: Buffer | null): Promise<Value>;
}

export function createCodec(registryUrl: string): Codec {
  const registry = new SchemaRegistry({ host: registryUrl, retry: { retries: 0 } });
  return {
    async encoderFor(subject) {
      const id = await registry.getLatestSchemaId(subject);
      return (value) => registry.encode(id, value);
    },
    async decode(value) {
      if (!value) throw new Error('a record without a value is not an event');
      return registry.decode(value); // by the writer's schema, whose id the record carries
    },
  };
}
