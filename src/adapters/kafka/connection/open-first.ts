import type { Clock, Timer } from '../../../ports/clock.ts';
import { Fault } from '../../../ports/fault.ts';
import { unavailable } from '../errors.ts';
import { printAddress } from './address.ts';
import type { BrokerLink } from './link.ts';

/**
 * Opens the first link, and the next one as soon as it fails or takes longer than `dawdleMs`. The first to stand wins,
 * the others are closed. Throws Fault naming every address when none opens.
 */
export function openFirst(links: readonly BrokerLink[], clock: Clock, dawdleMs: number): Promise<BrokerLink> {
  return new Promise((resolve, reject) => {
    const faults = new Map<BrokerLink, unknown>();
    const waiting = [...links];
    let timer: Timer | undefined;
    const win = (winner: BrokerLink) => {
      timer?.cancel();
      waiting.length = 0;
      for (const link of links) if (link !== winner) link.close();
      resolve(winner);
    };
    const lose = (link: BrokerLink, fault: unknown) => {
      faults.set(link, fault);
      if (faults.size >= links.length) reject(noneOpened(links, faults));
      else tryNext();
    };
    const tryNext = () => {
      timer?.cancel();
      const link = waiting.shift();
      if (link === undefined) return;
      link.open().then(
        () => win(link),
        (fault) => lose(link, fault),
      );
      timer = clock.after(dawdleMs, tryNext);
    };
    if (links.length === 0) reject(unavailable('no broker address is known', { code: 'NO_ADDRESS' }));
    tryNext();
  });
}

/** In the order of the addresses, not of the failures, so that the message stays the same. */
function noneOpened(links: readonly BrokerLink[], faults: ReadonlyMap<BrokerLink, unknown>): unknown {
  const [one] = links;
  const first = one && faults.get(one);
  if (one === undefined || links.length === 1 || !(first instanceof Fault)) return first;
  const addresses = links.map((link) => printAddress(link.address)).join(', ');
  const { kind, code = 'UNKNOWN', atLogin } = first;
  const alone = `cannot connect to ${printAddress(one.address)}: `;
  const why = first.message.startsWith(alone) ? first.message.slice(alone.length) : code;
  return new Fault('kafka', kind, `cannot connect to any of ${addresses}: ${why}`, { code, atLogin, cause: first });
}
