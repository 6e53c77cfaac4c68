import { describeJournal } from '../../../contract/kube/journal.contract.ts';
import { FakeJournal } from '../../../fakes/fake-journal.ts';

describeJournal('in memory', async () => {
  const journal = new FakeJournal();
  return { journal, another: async () => journal };
});
