import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { all, bool, i8, i16, i32, i64, list, none, tags, text, uuid } from './wire.ts';

/** The body of an answer, bytes for the bare socket, no answer at all, the end of the connection, or the versions. */
export type Answer = Buffer | { raw: Buffer } | 'silence' | 'hang up' | 'announce';

export interface SeenRequest {
  key: number;
  version: number;
  clientId: string;
  body: Buffer;
}

export const apiKey = {
  Fetch: 1,
  ListOffsets: 2,
  Metadata: 3,
  OffsetFetch: 9,
  FindCoordinator: 10,
  DescribeGroups: 15,
  ListGroups: 16,
  ApiVersions: 18,
  CreateTopics: 19,
  DeleteTopics: 20,
  DescribeConfigs: 32,
  CreatePartitions: 37,
  IncrementalAlterConfigs: 44,
  AlterPartitionReassignments: 45,
  ListPartitionReassignments: 46,
  DescribeCluster: 60,
  ConsumerGroupDescribe: 69,
} as const;

/** A broker on a loopback port that answers what a test tells it to. */
export class ScriptedBroker {
  readonly port: number;
  readonly requests: SeenRequest[] = [];
  connections = 0;
  /** The versions that it announces for every API. */
  versions = { min: 0, max: 99 };
  readonly #answers = new Map<number, (request: SeenRequest) => Answer>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port; // it listens on TCP
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<ScriptedBroker> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedBroker(server);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** How many connections stand. */
  get open(): number {
    return this.#sockets.size;
  }

  answer(key: number, answer: Answer | ((request: SeenRequest) => Answer)): void {
    this.#answers.set(key, typeof answer === 'function' ? answer : () => answer);
  }

  /** How many requests of one API have arrived. */
  count(key: number): number {
    return this.requests.filter((request) => request.key === key).length;
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.hangUp();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    let buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk]);
      while (buffer.length >= 4 && buffer.length >= 4 + buffer.readInt32BE(0)) {
        const end = 4 + buffer.readInt32BE(0);
        this.#receive(socket, buffer.subarray(4, end));
        buffer = buffer.subarray(end);
      }
    });
  }

  #receive(socket: Socket, frame: Buffer): void {
    const [key, version, correlationId] = [frame.readInt16BE(0), frame.readInt16BE(2), frame.readInt32BE(4)];
    const bodyStart = 10 + frame.readInt16BE(8) + 1; // after the client id and the header's empty tags
    const clientId = frame.toString('utf8', 10, bodyStart - 1);
    const request = { key, version, clientId, body: frame.subarray(bodyStart) };
    this.requests.push(request);
    const answer = this.#answers.get(key)?.(request) ?? (key === apiKey.ApiVersions ? 'announce' : 'hang up');
    if (answer === 'silence') return;
    if (answer === 'hang up') socket.resetAndDestroy();
    else if (answer === 'announce') socket.write(framed(correlationId, this.#announce()));
    else if ('raw' in answer) socket.write(answer.raw);
    else socket.write(framed(correlationId, all(tags, answer)));
  }

  #announce(): Buffer {
    const { min, max } = this.versions;
    const apis = Object.values(apiKey).map((key) => all(i16(key), i16(min), i16(max), tags));
    return all(i16(0), list(...apis), i32(0), tags);
  }
}

function framed(correlationId: number, body: Buffer): Buffer {
  return all(i32(4 + body.length), i32(correlationId), body);
}

export interface ScriptedTopic {
  name: string;
  /** Hyphenated hex. */
  id?: string;
  errorCode?: number;
  /** Leaders by partition. */
  leaders?: readonly number[];
}

export const someUuid = '0a0b0c0d-0000-4000-8000-00000000000f';

/** Metadata version 12. */
export function metadataAnswer(
  brokers: readonly { id: number; port: number }[],
  topics: readonly ScriptedTopic[] = [],
  controllerId = brokers[0]?.id ?? -1,
  clusterId = 'cluster',
): Buffer {
  const printedBrokers = brokers.map(({ id, port }) => all(i32(id), text('127.0.0.1'), i32(port), none, tags));
  const printedTopics = topics.map(({ name, id = someUuid, errorCode = 0, leaders = [] }) => {
    const partitions = leaders.map((leader, partition) => {
      const replicas = list(i32(leader));
      return all(i16(0), i32(partition), i32(leader), i32(0), replicas, replicas, list(), tags);
    });
    return all(i16(errorCode), text(name), uuid(id), bool(false), list(...partitions), i32(0), tags);
  });
  return all(i32(0), list(...printedBrokers), text(clusterId), i32(controllerId), list(...printedTopics), tags);
}

/** DescribeCluster version 0; `operations` has a bit for each operation on the cluster that is allowed. */
export function clusterAnswer(operations: number): Buffer {
  return all(i32(0), i16(0), none, text('cluster'), i32(1), list(), i32(operations), tags);
}

/** CreateTopics version 7, each topic with one partition and one setting, or with an error. */
export function createTopicsAnswer(
  topics: readonly { name: string; errorCode?: number; message?: string }[],
  throttleTimeMs = 0,
): Buffer {
  const printed = topics.map(({ name, errorCode = 0, message }) => {
    const config = all(text('retention.ms'), text('1000'), bool(false), i8(1), bool(false), tags);
    const state = errorCode === 0 ? all(i32(1), i16(1), list(config)) : all(i32(-1), i16(-1), none);
    const said = message === undefined ? none : text(message);
    return all(text(name), uuid(someUuid), i16(errorCode), said, state, tags);
  });
  return all(i32(throttleTimeMs), list(...printed), tags);
}

/** CreatePartitions version 3 for one topic. */
export function createPartitionsAnswer(name: string, errorCode = 0): Buffer {
  return all(i32(0), list(all(text(name), i16(errorCode), none, tags)), tags);
}

/** IncrementalAlterConfigs version 1: all is well with each topic. */
export function alterConfigsAnswer(...topics: readonly string[]): Buffer {
  const topicResource = 2;
  return all(i32(0), list(...topics.map((name) => all(i16(0), none, i8(topicResource), text(name), tags))), tags);
}

/** ListOffsets version 9 for one topic. */
export function listOffsetsAnswer(topic: string, offsets: readonly { offset: bigint; errorCode?: number }[]): Buffer {
  const partitions = offsets.map(({ offset, errorCode = 0 }, partition) =>
    all(i32(partition), i16(errorCode), i64(-1n), i64(offset), i32(0), tags),
  );
  return all(i32(0), list(all(text(topic), list(...partitions), tags)), tags);
}
