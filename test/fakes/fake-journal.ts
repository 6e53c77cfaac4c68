import { Fault } from '../../src/ports/fault.ts';
import type { Book, BookType, Claim, Journal } from '../../src/ports/journal.ts';

/** A journal in memory. What it keeps has gone through JSON, as on the wire. */
export class FakeJournal implements Journal {
  readonly claims = new Map<string, Claim>();
  readonly topicThrottles = new Map<string, unknown>();
  readonly brokerThrottles = new Map<string, unknown>();
  readonly deletions = new Map<string, unknown>();
  readonly departures = new Map<string, unknown>();
  writes = 0;
  /** Called before each record takes effect. */
  beforeRecord: () => void | Promise<void> = () => {};

  /** Keys of what is to be set back. */
  get throttles(): readonly string[] {
    return [...this.topicThrottles.keys(), ...this.brokerThrottles.keys()];
  }

  open<Value>(type: BookType<Value>): Book<Value> {
    const records: Map<string, unknown> = this[type.name];
    const find = (key: string) => (records.has(key) ? type.parse(records.get(key)) : undefined);
    return {
      find,
      list: () => [...records.keys()].map((key) => ({ key, value: find(key) })),
      record: async (key, value) => {
        await this.beforeRecord();
        const held = find(key);
        if (held !== undefined && type.holderOf?.(held) !== type.holderOf?.(value)) {
          throw new Fault('kubernetes', 'conflict', `another resource claims ${key}`, { code: 'CLAIMED' });
        }
        this.writes += 1;
        records.set(key, JSON.parse(JSON.stringify(value)));
      },
      release: (key) => void records.delete(key),
    };
  }
}
