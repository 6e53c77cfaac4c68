import type { Connection, Reader, Writer } from '@platformatic/kafka';
import type { KafkaRequest } from '../../../../src/adapters/kafka/connection/request.ts';

type Parse = (correlationId: number, key: number, version: number, reader: Reader) => unknown;

/** What the library puts on the wire for a request in one version, and how it reads the answer. */
export function codecOf(request: KafkaRequest<unknown>, version: number): { key: number; body: Buffer; parse: Parse } {
  const seen: { key: number; body: Buffer; parse: Parse }[] = [];
  const send = (key: number, _version: number, createBody: () => Writer, parse: Parse) => {
    seen.push({ key, body: createBody().buffer, parse });
  };
  const connection = { send } as unknown as Connection; // the one method that a request uses
  void request.versions.find((candidate) => candidate.version === version)?.send(connection);
  const [codec] = seen;
  if (codec === undefined) throw new Error(`${request.name} has no version ${version}`);
  return codec;
}
