import dns from 'node:dns';
import { onTestFinished, vi } from 'vitest';

/** Until the test ends no name has an address: what a real one is answered depends on the network of the machine. */
export function findNoHost(code: string): void {
  const refuse = (hostname: string, _options: unknown, callback: (error: Error) => void) =>
    process.nextTick(callback, Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { code, hostname }));
  const spy = vi.spyOn(dns, 'lookup').mockImplementation(refuse as typeof dns.lookup);
  onTestFinished(() => spy.mockRestore());
}
