import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import type { Envelope } from './events.ts';

export type Encode<Event extends Envelope> = (event: Event) => Promise<Buffer>;

/** Avro in the registry's wire format. Schemas are looked up, never registered: registering them is the operator's work. */
export interface Codec {
  /** Encodes by the subject's latest version as of now. Rejects while the subject has none. */
  encoderFor<Event extends Envelope>(subject: string): Promise<Encode<Event>>;
  decode<Event extends Envelope>(value: Buffer | null): Promise<Event>;
}

export function createCodec(registryUrl: string): Codec {
  const registry = new SchemaRegistry({ host: registryUrl, retry: { retries: 0 } });
  return {
    async encoderFor(subject) {
      const id = await registry.getLatestSchemaId(subject);
      return (event) => registry.encode(id, event);
    },
    async decode(value) {
      if (!value) throw new Error('a record without a value is not an event');
      return registry.decode(value); // by the writer's schema, whose id the record carries
    },
  };
}
