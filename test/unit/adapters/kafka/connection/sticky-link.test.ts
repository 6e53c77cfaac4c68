import { beforeEach, describe, expect, it } from 'vitest';
import { type Replaceable, StickyLink } from '../../../../../src/adapters/kafka/connection/sticky-link.ts';
import { Fault } from '../../../../../src/ports/fault.ts';
import type { KafkaSecurity } from '../../../../../src/ports/kafka.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';

const denied = new Fault('kafka', 'denied', 'cannot connect: refused', { atLogin: true });
const login = (password: string): KafkaSecurity => ({
  sasl: { mechanism: 'PLAIN', username: 'operator', password },
});

class FakeLink implements Replaceable {
  isOpen = true;
  readonly #made: KafkaSecurity;
  readonly #now: () => KafkaSecurity;
  end: 'retired' | 'closed' | undefined;

  constructor(now: () => KafkaSecurity) {
    this.#made = now();
    this.#now = now;
  }

  get isAging(): boolean {
    return this.#made !== this.#now();
  }

  retire(): void {
    this.isOpen = false;
    this.end ??= 'retired';
  }

  close(): void {
    this.isOpen = false;
    this.end ??= 'closed';
  }
}

describe('a link that is kept', () => {
  let clock: FakeClock;
  let security: KafkaSecurity;
  /** What the brokers let in. */
  let accepted: Set<KafkaSecurity>;
  let searches: number;
  let sticky: StickyLink<FakeLink>;

  beforeEach(() => {
    clock = new FakeClock();
    security = login('old');
    accepted = new Set([security]);
    searches = 0;
    const find = async () => {
      searches += 1;
      const link = new FakeLink(() => security);
      const letIn = accepted.has(security);
      await Promise.resolve();
      if (!letIn) throw denied;
      return link;
    };
    sticky = new StickyLink(find, { clock, security: () => security });
  });

  function rotate({ known }: { known: boolean }): void {
    security = login('new');
    accepted = new Set(known ? [security] : []);
    sticky.renew();
  }

  const settled = () => clock.advance(0);

  it('has a successor as soon as the security changes, and ends only then', async () => {
    const old = await sticky.get();
    rotate({ known: true });
    expect(await sticky.get()).toBe(old);
    expect(old.end).toBeUndefined();
    await settled();
    expect(old.end).toBe('retired');
    expect(await sticky.get()).not.toBe(old);
    expect(searches).toBe(2);
  });

  it('serves on while the brokers do not know the new security yet, and tells so', async () => {
    const old = await sticky.get();
    rotate({ known: false });
    await settled();
    expect(await sticky.get()).toBe(old);
    expect(sticky.refused).toBe(denied);
    accepted.add(security);
    await clock.advance(1_000);
    await sticky.get();
    await settled();
    expect(await sticky.get()).not.toBe(old);
    expect(sticky.refused).toBeUndefined();
    expect(old.end).toBe('retired');
  });

  it('does not knock again at once where it was refused', async () => {
    accepted.clear();
    await expect(sticky.get()).rejects.toBe(denied);
    await expect(sticky.get()).rejects.toBe(denied);
    expect(searches).toBe(1);
    await clock.advance(1_000);
    await expect(sticky.get()).rejects.toBe(denied);
    expect(searches).toBe(2);
  });

  it('knocks at once with other security', async () => {
    accepted.clear();
    await expect(sticky.get()).rejects.toBe(denied);
    rotate({ known: true });
    expect(await sticky.get()).toMatchObject({ isOpen: true });
  });

  it('is found with the newest security when it comes while the old one is refused', async () => {
    accepted.clear();
    const found = sticky.get();
    rotate({ known: true });
    expect(await found).toMatchObject({ isOpen: true, isAging: false });
    expect(searches).toBe(2);
  });

  it('is replaced when it breaks', async () => {
    const broken = await sticky.get();
    broken.isOpen = false;
    expect(await sticky.get()).not.toBe(broken);
    expect(broken.end).toBe('closed');
  });
});
