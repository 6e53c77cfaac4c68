import type { API, Connection } from '@platformatic/kafka';

/** What counts against `controller_mutation_rate`. Brokers do not listen to a connection that is over it for a while. */
export const countedApis: ReadonlySet<string> = new Set(['CreateTopics', 'CreatePartitions', 'DeleteTopics']);

/** One request, ready to be sent in whichever version a broker shares with us. */
export interface KafkaRequest<Response> {
  /** Kafka's name of the API, such as `CreateTopics`. */
  name: string;
  key: number;
  /** It changes something, so it may leave only while we hold the lease. */
  mutating: boolean;
  /** Newest first. */
  versions: readonly { version: number; send(connection: Connection): Promise<Response> }[];
}

/**
 * The client library's functions take their arguments by position and accept a wrong count in silence. Here the
 * compiler holds the arguments against every version that may be used.
 */
export function requestOf<Args extends unknown[], Response>(
  name: string,
  apis: readonly [API<Args, Response>, ...API<Args, Response>[]],
  args: Args,
  mutating = false,
): KafkaRequest<Response> {
  const versions = apis.map((api) => ({
    version: api.version,
    send: (connection: Connection) => api.async(connection, ...args),
  }));
  return { name, key: apis[0].key, mutating, versions };
}
