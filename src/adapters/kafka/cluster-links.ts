import { type Address, parseAddress, printAddress } from './address.ts';
import { unavailable } from './errors.ts';
import { BrokerLink, type LinkOptions } from './link.ts';
import { openFirst } from './open-first.ts';
import type { KafkaRequest } from './request.ts';
import { type MetadataAnswer, type MetadataBroker, metadataByName } from './topic-calls.ts';

/** A broker that has not opened its connection after this long gets competition from the next one. */
const dawdleMs = 1_000;
const notController = 41;

/**
 * The connections to one cluster: one for reads, one for writes (so that a slow creation holds up no read), and one
 * per broker for what only that broker answers. None is open before its first use; all throw Fault.
 */
export class ClusterLinks {
  readonly #options: LinkOptions;
  readonly #bootstrap: readonly Address[];
  readonly #reader = new StickyLink(() => this.#openAny());
  readonly #writer = new StickyLink(() => this.#openController());
  readonly #byBroker = new Map<number, BrokerLink>();
  #brokers: readonly MetadataBroker[] = [];
  #closed = false;

  constructor(bootstrapServers: readonly string[], options: LinkOptions) {
    this.#options = options;
    this.#bootstrap = bootstrapServers.map(parseAddress);
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
  async write<Answer>(
    request: KafkaRequest<Answer>,
    timeoutMs: number,
    codesOf: (answer: Answer) => readonly number[],
  ): Promise<Answer> {
    const link = await this.#writer.get();
    const answer = await link.send(request, timeoutMs);
    const codes = codesOf(answer);
    if (codes.length === 0 || codes.some((code) => code !== notController)) return answer;
    this.#writer.close();
    const controller = await this.#writer.get();
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
    return this.#linkTo(brokerId, address).send(request, timeoutMs);
  }

  close(): void {
    this.#closed = true;
    this.#reader.close();
    this.#writer.close();
    for (const link of this.#byBroker.values()) link.close();
    this.#byBroker.clear();
  }

  #linkTo(brokerId: number, { host, port }: Address): BrokerLink {
    const existing = this.#byBroker.get(brokerId);
    if (existing?.address.host === host && existing.address.port === port) return existing;
    existing?.close();
    const link = new BrokerLink({ host, port }, this.#options);
    this.#byBroker.set(brokerId, link);
    return link;
  }

  #learn(brokers: readonly MetadataBroker[]): void {
    this.#brokers = brokers;
    const ids = new Set(brokers.map((broker) => broker.nodeId));
    for (const [id, link] of this.#byBroker) {
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

/** Keeps one open link and finds another when it breaks; callers that come at the same time share the search. */
class StickyLink {
  readonly #find: () => Promise<BrokerLink>;
  #link: BrokerLink | undefined;
  #finding: Promise<BrokerLink> | undefined;

  constructor(find: () => Promise<BrokerLink>) {
    this.#find = find;
  }

  async get(): Promise<BrokerLink> {
    if (this.#link?.isOpen === true) return this.#link;
    this.#finding ??= this.#findNext();
    return this.#finding;
  }

  close(): void {
    this.#link?.close();
    this.#link = undefined;
  }

  async #findNext(): Promise<BrokerLink> {
    try {
      this.close();
      this.#link = await this.#find();
      return this.#link;
    } finally {
      this.#finding = undefined;
    }
  }
}
