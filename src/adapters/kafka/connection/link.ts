import { apiVersionsV3, type Connection, ResponseError } from '@platformatic/kafka';
import { type Deadline, withDeadline } from '../../../base/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import { Fault } from '../../../ports/fault.ts';
import type { KafkaSecurity } from '../../../ports/kafka.ts';
import { faultOfConnection, longestThrottleMs, type Quota, throttled, unavailable } from '../errors.ts';
import { type Address, printAddress } from './address.ts';
import { GuardedConnection } from './guarded-connection.ts';
import { loginOptions } from './login.ts';
import { faultOfLogin } from './login-faults.ts';
import { countedApis, type KafkaRequest } from './request.ts';

export interface LinkOptions {
  clock: Clock;
  clientId: string;
  /** How long connecting may take. */
  connectTimeoutMs: number;
  /** Asked for each connection that is made. Absent: no TLS and no login. */
  security?: () => KafkaSecurity | undefined;
  /** A broker that sends more than this without completing an answer is cut off. */
  maxAnswerBytes: number;
  /** Whether we still hold the lease; asked right before a mutating request leaves. */
  fence: () => boolean;
  /** Told about each request once it is answered or has failed. */
  onRequest: (call: RequestReport) => void;
}

export interface RequestReport {
  api: string;
  seconds: number;
  ok: boolean;
}

/** One connection, with the versions that the broker at its other end announced on it, by API key. */
interface Session {
  connection: Connection;
  versions: ReadonlyMap<number, { minVersion: number; maxVersion: number }>;
  /** How much had been read when the last answer was complete. */
  answeredBytes: number;
  /** What it was made with. */
  security: KafkaSecurity | undefined;
  /** When the broker stops to count its login; by the monotonic clock. */
  expiresAtMs: number;
  /** When to look for its successor. */
  agesAtMs: number;
  /** What broke it, as the socket said: the calls under way only hear that it is closed. */
  broken?: unknown;
  /** Why we ended it, for all calls that were under way. */
  ended?: Fault;
}

const clientSoftware = { name: 'sluice', version: '0.1' };
const unsupportedVersion = 35;
/** Brokers delay the answers of a client over its quota themselves; only a long delay would look like silence. */
const longThrottleMs = 1_000;
// Our own deadlines come first: the library's would not say which call was late.
const libraryTimeoutMs = 600_000;
// Below its limit the library writes at once; above, it would hold requests back after the fence was asked.
const maxInflights = 10_000;
/** Of the time for which a login counts: from when on a successor is looked for, and until when the link is used. */
const aging = 0.6;
const lasting = 0.9;

/**
 * A connection to one broker. It opens on the first call and again after it broke, and asks for the broker's versions
 * each time, so that it survives an upgrade of the broker. It retries nothing.
 */
export class BrokerLink {
  readonly address: Address;
  readonly #options: LinkOptions;
  #connection: Connection | undefined;
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  #throttledUntilMs = 0;
  #usedUp: Quota = 'controller_mutation_rate';
  /** When another connection is worth its while although the broker does not listen on this one. */
  #askAgainMs = 0;
  #underWay = 0;
  #retired = false;

  constructor(address: Address, options: LinkOptions) {
    this.address = address;
    this.#options = options;
  }

  get isOpen(): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    const isDeaf = this.#throttledUntilMs > nowMs && this.#askAgainMs <= nowMs;
    return !this.#retired && !isDeaf && this.#usable !== undefined;
  }

  /** Whether it is time for a successor: the security changed, or the broker will soon ask for a new login. */
  get isAging(): boolean {
    const session = this.#session;
    if (session === undefined) return false;
    return session.security !== this.#options.security?.() || session.agesAtMs <= this.#options.clock.monotonicMs();
  }

  /** Connects if need be. Throws Fault naming the address. */
  async open(): Promise<void> {
    await withDeadline(this.#deadline(this.#options.connectTimeoutMs), () => this.#opened());
  }

  /**
   * The broker's answer, with per-item errors left in it. Throws Fault when there is no usable answer within
   * `timeoutMs`; the connection is then dropped, because a broker answers in order and the next call would wait too.
   */
  async send<Answer>(request: KafkaRequest<Answer>, timeoutMs: number): Promise<Answer> {
    const { clock, onRequest } = this.#options;
    const startedMs = clock.monotonicMs();
    let ok = false;
    this.#underWay += 1;
    try {
      const answer = await withDeadline(this.#deadline(timeoutMs), () => this.#exchange(request));
      ok = true;
      return answer;
    } finally {
      onRequest({ api: request.name, seconds: (clock.monotonicMs() - startedMs) / 1000, ok });
      this.#underWay -= 1;
      if (this.#retired && this.#underWay === 0) this.close();
    }
  }

  /** Ends the connection once the calls that are under way have their answers. */
  retire(): void {
    this.#retired = true;
    if (this.#underWay === 0) this.close();
  }

  /** Ends the connection; calls that are under way fail. The next call would open it again. */
  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#session = undefined;
    this.#opening = undefined;
    if (connection === undefined) return;
    connection.close().catch(() => {});
    // `close` lets pending writes finish, which never happens on a dead network.
    connection.socket?.destroy();
  }

  get #usable(): Session | undefined {
    const session = this.#session;
    const stands = session?.connection.isConnected() && session.expiresAtMs > this.#options.clock.monotonicMs();
    return stands ? session : undefined;
  }

  #opened(): Promise<Session> {
    const session = this.#usable;
    if (session !== undefined) return Promise.resolve(session);
    this.#opening ??= this.#connect();
    return this.#opening;
  }

  async #connect(): Promise<Session> {
    this.close();
    const { clock, clientId, connectTimeoutMs } = this.#options;
    const security = this.#options.security?.();
    const startedMs = clock.monotonicMs();
    let lifetimeMs = 0;
    const connection = new GuardedConnection(clientId, {
      connectTimeout: connectTimeoutMs,
      requestTimeout: libraryTimeoutMs,
      maxInflights,
      ...loginOptions(security, this.address.host, (ms) => {
        lifetimeMs = ms;
      }),
    });
    const session: Session = {
      connection,
      security,
      versions: new Map(),
      answeredBytes: 0,
      expiresAtMs: Number.POSITIVE_INFINITY,
      agesAtMs: Number.POSITIVE_INFINITY,
    };
    // An error event that nobody listens to would end the process.
    connection.on('error', (error) => {
      session.broken ??= error;
    });
    this.#connection = connection;
    try {
      await connection.connect(this.address.host, this.address.port);
      const answer = await apiVersionsV3.api.async(connection, clientSoftware.name, clientSoftware.version);
      session.versions = new Map(answer.apiKeys.map((api) => [api.apiKey, api]));
      session.answeredBytes = connection.socket.bytesRead;
      if (lifetimeMs > 0) {
        session.agesAtMs = startedMs + aging * lifetimeMs;
        session.expiresAtMs = startedMs + lasting * lifetimeMs;
      }
      connection.socket.on('data', () => this.#endWhenOversized(session));
      if (this.#connection === connection) this.#session = session;
      return session;
    } catch (error) {
      if (this.#connection === connection) this.close();
      const cause = session.broken ?? error;
      const what = `cannot connect to ${this.#name}`;
      throw faultOfLogin(what, cause, security) ?? faultOfConnection(what, cause);
    } finally {
      if (this.#connection === connection) this.#opening = undefined;
    }
  }

  async #exchange<Answer>(request: KafkaRequest<Answer>): Promise<Answer> {
    const session = await this.#opened();
    const version = this.#versionFor(request, session);
    this.#refuseWhenThrottled();
    if (request.mutating && !this.#options.fence()) throw fenced(request);
    try {
      return this.#noted(session, request, await version.send(session.connection));
    } catch (error) {
      if (error instanceof ResponseError) return this.#noted(session, request, this.#partial(request, error));
      if (this.#session === session) this.close();
      throw session.ended ?? faultOfConnection(`no usable answer from ${this.#name}`, error);
    }
  }

  #endWhenOversized(session: Session): void {
    const unfinishedBytes = session.connection.socket.bytesRead - session.answeredBytes;
    if (unfinishedBytes <= this.#options.maxAnswerBytes) return;
    session.ended = unavailable(`the answer from ${this.#name} is too large`, { code: 'ANSWER_TOO_LARGE' });
    session.connection.socket.destroy();
  }

  #versionFor<Answer>(request: KafkaRequest<Answer>, session: Session): KafkaRequest<Answer>['versions'][number] {
    const range = session.versions.get(request.key) ?? { minVersion: 0, maxVersion: -1 };
    const common = request.versions.find(({ version }) => version >= range.minVersion && version <= range.maxVersion);
    if (common !== undefined) return common;
    const ours = request.versions.map(({ version }) => version).join(', ');
    const theirs = `${range.minVersion} to ${range.maxVersion}`;
    throw new Fault('kafka', 'rejected', `${this.#name} speaks ${request.name} ${theirs}, not ${ours}`, {
      code: 'UNSUPPORTED_VERSION',
    });
  }

  /** The library throws as soon as one item has an error; the answer, with the good items, is inside. */
  #partial<Answer>(request: KafkaRequest<Answer>, error: ResponseError): Answer {
    const refused = error.errors.some((item) => item.apiCode === unsupportedVersion);
    // The controller behind the broker is of another release: what the broker announced does not hold any more.
    if (refused && request.mutating) this.close();
    return error.response;
  }

  #noted<Answer>(session: Session, request: KafkaRequest<Answer>, answer: Answer): Answer {
    session.answeredBytes = session.connection.socket.bytesRead;
    const { throttleTimeMs } = throttleOf(answer);
    if (throttleTimeMs > 0) this.#noteThrottle(session, request, throttleTimeMs);
    return answer;
  }

  #noteThrottle(session: Session, { name }: KafkaRequest<unknown>, throttleTimeMs: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#throttledUntilMs = nowMs + throttleTimeMs;
    this.#askAgainMs = nowMs + longestThrottleMs;
    this.#usedUp = countedApis.has(name) ? 'controller_mutation_rate' : 'request_percentage or consumer_byte_rate';
    if (throttleTimeMs < longThrottleMs || this.#underWay < 2) return;
    // What was sent behind it will not be read before that either.
    session.ended = throttled(throttleTimeMs, this.#usedUp);
    session.connection.socket.destroy();
  }

  #refuseWhenThrottled(): void {
    const leftMs = this.#throttledUntilMs - this.#options.clock.monotonicMs();
    if (leftMs >= longThrottleMs) throw throttled(leftMs, this.#usedUp);
  }

  #deadline(ms: number): Deadline {
    return { clock: this.#options.clock, ms, late: () => this.#expire(ms) };
  }

  #expire(timeoutMs: number): Fault {
    const fault = unavailable(`no answer from ${this.#name} within ${timeoutMs} ms`, { code: 'TIMEOUT' });
    if (this.#session !== undefined) this.#session.ended = fault;
    this.close();
    return fault;
  }

  get #name(): string {
    return printAddress(this.address);
  }
}

function throttleOf(answer: unknown): { throttleTimeMs: number } {
  if (typeof answer !== 'object' || answer === null || !('throttleTimeMs' in answer)) return { throttleTimeMs: 0 };
  return { throttleTimeMs: Number(answer.throttleTimeMs) };
}

function fenced(request: KafkaRequest<unknown>): Fault {
  return unavailable(`${request.name} was not sent: this process does not hold the lease`, { code: 'FENCED' });
}
