import type { KafkaAdmin, ListedTopic } from '../../../ports/kafka.ts';
import { unlessAborted } from '../abort.ts';
import type { Cluster } from '../cluster.ts';
import { metadataOfAll } from './calls.ts';

/** What there is. One answer names every topic; topics that the client may not describe are not in it. */
export function createTopicList(cluster: Cluster): Pick<KafkaAdmin, 'listTopics'> {
  async function listTopics(): Promise<ListedTopic[]> {
    const { topics } = await cluster.links.metadata(metadataOfAll(), cluster.settings.callTimeoutMs);
    return topics.map(({ name, isInternal }) => ({ name: name ?? '', internal: isInternal }));
  }

  return { listTopics: ({ signal }) => unlessAborted(signal, listTopics()) };
}
