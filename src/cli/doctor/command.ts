import { createLeaseStore } from '../../adapters/kube/lease.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { sleep } from '../../base/time.ts';
import { type Command, kubeFlags } from '../command.ts';
import { connectKube } from '../connect.ts';
import { exitCode } from '../shell.ts';
import { checkKinds, checkLeader, checkRules } from './checks.ts';
import { printFindings } from './print.ts';

const betweenLooksMs = 1_000;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'say whether Sluice is installed as it should be',
  usage: '[flags]',
  details: [
    'It asks whether the API server serves the kinds, whether it takes a right EventTopic and refuses a wrong one (as a',
    'dry run), and whether a replica of the operator leads. Nothing is changed.',
  ],
  flags: kubeFlags,
  found: 'something is wrong',
  examples: [
    ['After an installation', 'doctor'],
    ['Where the operator is elsewhere', 'doctor --operator-namespace kafka-tools'],
  ],
  run: async (given, shell) => {
    const { signal } = shell;
    const { client, namespace, operatorNamespace, close } = connectKube(given, shell);
    const leases = createLeaseStore(client, operatorNamespace);
    const pause = () => sleep(systemClock, betweenLooksMs, signal);
    try {
      const findings = await Promise.all([
        checkKinds(client, namespace, signal),
        checkRules(client, namespace, signal),
        checkLeader(() => leases.read(signal), pause, operatorNamespace),
      ]);
      shell.print(printFindings(findings));
      return findings.every(({ kind }) => kind === 'fine') ? exitCode.done : exitCode.found;
    } finally {
      await close();
    }
  },
};
