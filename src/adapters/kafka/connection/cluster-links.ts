import { Fault } from '../../../ports/fault.ts';
import type { KafkaSecurity } from '../../../ports/kafka.ts';
import { unavailable } from '../errors.ts';
import { type MetadataAnswer, type MetadataBroker, metadataByName } from '../topics/calls.ts';
import { type Address, parseAddress, printAddress } from './address.ts';
import { BrokerLink, type LinkOptions } from './link.ts';
import { openFirst } from './open-first.ts';
import { countedApis, type KafkaRequest } from './request.ts';
import { StickyLink } from './sticky-link.ts';

/** A broker that has not opened its connection after this long gets competition from the next one. */
const dawdleMs = 1_000;
const notController = 41;

/**
 * The connections to one cluster: one for reads; two for writes, so that a creation that is slow or has to wait holds up
 * neither reads nor changes of settings; and one per broker for what only that broker answers. None is open before its
 * first use; all throw Fault.
 */
export class ClusterLinks {
  readonly #options: LinkOptions;
  readonly #bootstrap: readonly Address[];
  readonly #reader: StickyLink<BrokerLink>;
  readonly #writer: StickyLink<BrokerLink>;
  readonly #countedWriter: StickyLink<BrokerLink>;
  #lastCounted: Promise<unknown> = Promise.resolve();
  readonly #byBroker = new Map<number, { address: Address; link: StickyLink<BrokerLink> }>();
  #security: KafkaSecurity | undefined;
  #brokers: readonly MetadataBroker[] = [];
  #closed = false;

  constructor(bootstrapServers: readonly string[], options: Omit<LinkOptions, 'security'>, security?: KafkaSecurity) {
    this.#options = { ...options, security: () => this.#security };
    this.#security = security;
    this.#bootstrap = bootstrapServers.map(parseAddress);
    this.#reader = new StickyLink(() => this.#openAny(), this.#options);
    this.#writer = new StickyLink(() => this.#openController(), this.#options);
    this.#countedWriter = new StickyLink(() => this.#openController(), this.#options);
  }

  /** The security of connections that are made from now on. Open ones are replaced as soon as the brokers accept it. */
  secure(security: KafkaSecurity | undefined): void {
    this.#security = security;
    for (const link of this.#all()) link.renew();
  }

  /** Why the brokers refused the newest security, while reads go on over a connection that was made before. */
  get loginRefused(): Fault | undefined {
    return this.#reader.refused;
  }

  /** Asks any broker: the same one as long as it answers. */
  async read<Answer>(request: KafkaRequest<Answer>, timeoutMs: number): Promise<Answer> {
    const link = await this.#reader.get();
    return link.send(request, timeoutMs);
  }

  /** Metadata; the brokers that it names are remembered. */
  async metadata(request: KafkaRequest<MetadataAnswer>, timeoutMs: number): Promise<MetadataAnswer> {
    const answer = await this.read(request, timeoutMs);
    this.#learn(answer.brokers);
    return answer;
  }

  /**
   * Asks the controller, or the broker that speaks for it. When every item (`codesOf` gives their error numbers) was
   * refused because the controller moved, looks for the new one and asks once more.
   */
  write<Answer>(
    request: KafkaRequest<Answer>,
    timeoutMs: number,
    codesOf: (answer: Answer) => readonly number[],
  ): Promise<Answer> {
    const writeBy = (writer: StickyLink<BrokerLink>) => this.#writeBy(writer, request, timeoutMs, codesOf);
    if (!countedApis.has(request.name)) return writeBy(this.#writer);
    return this.#inTurn(() => writeBy(this.#countedWriter));
  }

  /**
   * One at a time. A request that is sent behind one that uses up the quota lies with the broker until the quota allows
   * more, and is carried out then: a deletion, long after its caller was told to try again, and after all that forbids it.
   */
  #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const turn = this.#lastCounted.then(work, (error: unknown) => {
      // A call that waited behind a broker that does not answer does not have to wait for the same again.
      if (error instanceof Fault && error.kind === 'unavailable') throw error;
      return work();
    });
    this.#lastCounted = turn;
    const forget = () => {
      if (this.#lastCounted === turn) this.#lastCounted = Promise.resolve();
    };
    turn.then(forget, forget);
    return turn;
  }

  async #writeBy<Answer>(
    writer: StickyLink<BrokerLink>,
    request: KafkaRequest<Answer>,
    timeoutMs: number,
    codesOf: (answer: Answer) => readonly number[],
  ): Promise<Answer> {
    const link = await writer.get();
    const answer = await link.send(request, timeoutMs);
    const codes = codesOf(answer);
    if (codes.length === 0 || codes.some((code) => code !== notController)) return answer;
    writer.close();
    const controller = await writer.get();
    return controller.send(request, timeoutMs);
  }

  /** Asks one broker, known from `metadata` or by its `address`. */
  async ask<Answer>(
    brokerId: number,
    request: KafkaRequest<Answer>,
    timeoutMs: number,
    address: Address | undefined = this.#brokers.find((broker) => broker.nodeId === brokerId),
  ): Promise<Answer> {
    this.#refuseWhenClosed();
    if (address === undefined) throw unavailable(`broker ${brokerId} is not known`, { code: 'BROKER_NOT_AVAILABLE' });
    const link = await this.#linkTo(brokerId, address).get();
    return link.send(request, timeoutMs);
  }

  close(): void {
    this.#closed = true;
    for (const link of this.#all()) link.close();
    this.#byBroker.clear();
  }

  #all(): StickyLink<BrokerLink>[] {
    return [this.#reader, this.#writer, this.#countedWriter, ...[...this.#byBroker.values()].map(({ link }) => link)];
  }

  #linkTo(brokerId: number, address: Address): StickyLink<BrokerLink> {
    const existing = this.#byBroker.get(brokerId);
    if (existing?.address.host === address.host && existing.address.port === address.port) return existing.link;
    existing?.link.close();
    const link = new StickyLink(() => this.#openOneOf([address]), this.#options);
    this.#byBroker.set(brokerId, { address, link });
    return link;
  }

  #learn(brokers: readonly MetadataBroker[]): void {
    this.#brokers = brokers;
    const ids = new Set(brokers.map((broker) => broker.nodeId));
    for (const [id, { link }] of this.#byBroker) {
      if (ids.has(id)) continue;
      link.close();
      this.#byBroker.delete(id);
    }
  }

  /** The configured addresses come first: they say which cluster is meant. */
  #openAny(): Promise<BrokerLink> {
    return this.#openOneOf([...this.#bootstrap, ...this.#brokers]);
  }

  /** Under KRaft every broker forwards to the controller, so the others stand in for the one that is named. */
  async #openController(): Promise<BrokerLink> {
    const { controllerId, brokers } = await this.metadata(metadataByName([]), this.#options.connectTimeoutMs);
    const isController = (broker: MetadataBroker) => broker.nodeId === controllerId;
    return this.#openOneOf([...brokers.filter(isController), ...brokers.filter((broker) => !isController(broker))]);
  }

  async #openOneOf(candidates: readonly Address[]): Promise<BrokerLink> {
    this.#refuseWhenClosed();
    const distinct = new Map(candidates.map(({ host, port }) => [printAddress({ host, port }), { host, port }]));
    const links = [...distinct.values()].map((address) => new BrokerLink(address, this.#options));
    const link = await openFirst(links, this.#options.clock, dawdleMs);
    if (this.#closed) link.close();
    this.#refuseWhenClosed();
    return link;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw unavailable('the client of this cluster was closed', { code: 'CLOSED' });
  }
}
