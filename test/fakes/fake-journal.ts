import { Fault } from '../../src/ports/fault.ts';
import type { Claim, Journal } from '../../src/ports/journal.ts';

/** A journal in memory. */
export class FakeJournal implements Journal {
  readonly claims = new Map<string, Claim>();
  writes = 0;
  /** Called before each record takes effect. */
  beforeRecord: () => void | Promise<void> = () => {};

  find(thing: string): Claim | undefined {
    return this.claims.get(thing);
  }

  *list(): Generator<{ thing: string; uid: string }> {
    for (const [thing, { uid }] of this.claims) yield { thing, uid };
  }

  async record(thing: string, claim: Claim): Promise<void> {
    await this.beforeRecord();
    const holder = this.claims.get(thing)?.uid;
    if (holder !== undefined && holder !== claim.uid) {
      throw new Fault('kubernetes', 'conflict', `another resource claims ${thing}`, { code: 'CLAIMED' });
    }
    this.writes += 1;
    this.claims.set(thing, claim);
  }

  release(thing: string): void {
    this.claims.delete(thing);
  }
}
