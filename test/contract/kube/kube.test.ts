import { inject } from 'vitest';
import { loadKubeConfig } from '../../../src/adapters/kube/connection/connection.ts';
import { ConfigMapJournal } from '../../../src/adapters/kube/journal.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { connect } from './connected.ts';
import { describeJournal } from './journal.contract.ts';
import { describeKubeAdapter } from './kube-adapter.contract.ts';

const config = () => loadKubeConfig(inject('world').kubeconfig);

describeKubeAdapter('the API server of the local environment', config);

describeJournal('in the API server', async () => {
  const { client, namespace, signal } = await connect(config());
  const another = async () => {
    const journal = new ConfigMapJournal({ client, clock: systemClock, namespace, signal });
    await journal.load();
    return journal;
  };
  return { journal: await another(), another };
});
