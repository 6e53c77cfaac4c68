import { type Answer, isSuccess } from './answers.ts';
import { faultOfAnswer, registryFault } from './faults.ts';
import type { Flavour } from './flavour.ts';
import type { RegistryRequest } from './transport.ts';

/** One call of the port: what its requests have in common. */
export interface Call {
  /** Any complete answer, whatever its status; throws Fault when there is none. */
  ask(request: RegistryRequest): Promise<Answer>;
  /** What answers there, as remembered. */
  flavour(): Promise<Flavour>;
  /** What answers there now. */
  probe(): Promise<Flavour>;
  host: string;
}

/** What `read` finds in a successful answer. Any other answer, and one without `wanted`, is a Fault. */
export function expectFrom<T>(
  call: Call,
  request: RegistryRequest,
  answer: Answer,
  read: (json: unknown) => T | undefined,
  wanted: string,
): T {
  const errand = { doing: request.doing, host: call.host };
  if (!isSuccess(answer)) throw faultOfAnswer(errand, answer);
  const value = read(answer.json);
  if (value !== undefined) return value;
  const code = String(answer.status);
  throw registryFault('unavailable', errand, `answered ${code} without ${wanted}`, { code });
}
