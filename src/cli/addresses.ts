import type { EventCluster } from '../crds/event-cluster.ts';
import type { Flag, Given } from './command.ts';
import { UserError } from './shell.ts';

export const addressesFlag: Flag = {
  value: 'HOST:PORT,...',
  text: 'brokers to ask instead, where those of the EventCluster cannot be reached from here',
};

export function addressesOf(given: Given): readonly string[] | undefined {
  const addresses = given.text('bootstrap-server')?.split(',');
  for (const address of addresses ?? []) {
    if (!/^[^\s:]+:\d{1,5}$/.test(address)) throw new UserError(`--bootstrap-server: "${address}" is not HOST:PORT`);
  }
  return addresses;
}

/** The same cluster, asked elsewhere. Its id still has to be the right one. */
export function at(addresses: readonly string[] | undefined, cluster: EventCluster): EventCluster {
  if (addresses === undefined) return cluster;
  const kafka = { ...cluster.spec.kafka, bootstrapServers: [...addresses] };
  return { ...cluster, spec: { ...cluster.spec, kafka } };
}
