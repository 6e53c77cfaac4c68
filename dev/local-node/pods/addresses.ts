const FIRST = 10;
const LAST = 254;

/** How many pods can have an address. */
export const ADDRESSES = LAST - FIRST + 1;

/** The loopback addresses that pods get: `<network>.10` to `<network>.254`, one for each owner. */
export class AddressPool {
  readonly #network: string;
  readonly #byOwner = new Map<string, string>();
  #next = FIRST;

  /** `network` is three numbers, such as `127.100.3`. */
  constructor(network: string) {
    this.#network = network;
  }

  /**
   * The owner's address, or else the next free one in turn, so that a late connection does not meet a new pod;
   * undefined: none is free.
   */
  take(owner: string): string | undefined {
    const used = new Set(this.#byOwner.values());
    for (let tried = 0; tried < ADDRESSES && !this.#byOwner.has(owner); tried++) {
      const address = `${this.#network}.${this.#next}`;
      this.#next = this.#next === LAST ? FIRST : this.#next + 1;
      if (!used.has(address)) this.#byOwner.set(owner, address);
    }
    return this.#byOwner.get(owner);
  }

  /** Gives the owner an address it had before, unless it is not one of ours or somebody has it. */
  restore(owner: string, address: string): void {
    const last = Number(address.slice(this.#network.length + 1));
    const ours = address === `${this.#network}.${last}` && last >= FIRST && last <= LAST;
    const used = [...this.#byOwner.values()].includes(address);
    if (ours && !used) this.#byOwner.set(owner, address);
  }

  /** True if the owner had an address. */
  release(owner: string): boolean {
    return this.#byOwner.delete(owner);
  }
}
