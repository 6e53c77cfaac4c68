import { Reason } from '../../crds/reasons.ts';
import type { Fault } from '../../ports/fault.ts';

/** Which part of the spec the brokers refuse, by their code. */
export function reasonOfRejection({ code }: Fault): Reason {
  switch (code) {
    case 'INVALID_CONFIG':
      return Reason.ConfigRejected;
    case 'INVALID_REPLICATION_FACTOR':
      return Reason.NotEnoughBrokers;
    default:
      return Reason.TopicRejected;
  }
}
