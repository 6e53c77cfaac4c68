import type { Clock } from '../../../ports/clock.ts';
import { Fault } from '../../../ports/fault.ts';
import type { KafkaSecurity } from '../../../ports/kafka.ts';

/** How long to wait after a refused login: brokers count them, and some lock an account after a few. */
const refusedMs = 1_000;

/** What is kept: a BrokerLink. */
export interface Replaceable {
  readonly isOpen: boolean;
  /** It is time for a successor. */
  readonly isAging: boolean;
  /** Ends once what is under way has its answers. */
  retire(): void;
  close(): void;
}

interface StickyOptions {
  clock: Clock;
  security?: () => KafkaSecurity | undefined;
}

/**
 * Keeps one open link and finds another when it breaks; callers that come at the same time share the search. A link
 * that ages serves until its successor stands.
 */
export class StickyLink<Link extends Replaceable> {
  readonly #find: () => Promise<Link>;
  readonly #options: StickyOptions;
  #link: Link | undefined;
  #finding: Promise<Link> | undefined;
  #refused: Fault | undefined;
  #restUntilMs = 0;

  constructor(find: () => Promise<Link>, options: StickyOptions) {
    this.#find = find;
    this.#options = options;
  }

  /** Why brokers refused the login of the last search, which was made with the newest security. */
  get refused(): Fault | undefined {
    return this.#refused;
  }

  async get(): Promise<Link> {
    const link = this.#link;
    if (link?.isOpen !== true) return this.#search();
    if (link.isAging) this.#succeed();
    return link;
  }

  /** The security changed: what was refused before says nothing any more. */
  renew(): void {
    this.#refused = undefined;
    this.#restUntilMs = 0;
    if (this.#link?.isOpen === true) this.#succeed();
  }

  /** Calls that are under way fail. */
  close(): void {
    this.#link?.close();
    this.#link = undefined;
  }

  /** Looks for a successor while the present link serves. A failure is reported once that link is gone, and not before. */
  #succeed(): void {
    if (this.#isResting()) return;
    this.#search().catch(() => {
      this.#restUntilMs = this.#options.clock.monotonicMs() + refusedMs;
    });
  }

  #search(): Promise<Link> {
    if (this.#refused !== undefined && this.#isResting()) return Promise.reject(this.#refused);
    this.#finding ??= this.#findNext().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  #isResting(): boolean {
    return this.#restUntilMs > this.#options.clock.monotonicMs();
  }

  async #findNext(): Promise<Link> {
    if (this.#link?.isOpen !== true) this.close();
    const security = this.#options.security?.();
    try {
      const link = await this.#find();
      this.#link?.retire();
      this.#link = link;
      this.#refused = undefined;
      return link;
    } catch (error) {
      // Newer security came while the older was tried.
      if (this.#options.security?.() !== security) return this.#findNext();
      const refused = error instanceof Fault && error.atLogin ? error : undefined;
      if (refused !== undefined) this.#restUntilMs = this.#options.clock.monotonicMs() + refusedMs;
      this.#refused = refused;
      throw error;
    }
  }
}
