import type { TestCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { KafkaChecker } from './kafka.ts';

const mostTimes = 10;
const within = 120_000;

/**
 * Sets a topic's settings back whenever the operator has corrected them, as another program would, until its resource
 * says that it gave in.
 */
export async function insist(
  { cluster, kafka }: { cluster: TestCluster; kafka: KafkaChecker },
  key: string,
  topic: string,
  config: Record<string, string>,
): Promise<void> {
  for (let times = 0; times < mostTimes; times += 1) {
    await kafka.setConfig(topic, config);
    const at = await cluster.lookNow('EventTopic', key);
    const settled = await eventually(
      async () => {
        const { status } = (await cluster.get('EventTopic', key)) ?? {};
        const conditions = status?.conditions?.filter(({ type }) => type !== 'Ready').map(({ type }) => type) ?? [];
        if (status?.lastHandledReconcileAt !== at || conditions.includes('Reconciling'))
          throw new Error('not looked yet');
        return conditions;
      },
      { within },
    );
    if (settled.includes('Stalled')) return;
  }
  throw new Error(`EventTopic ${key} was corrected ${mostTimes} times and never gave in`);
}
