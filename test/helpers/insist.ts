import type { TestCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { KafkaChecker } from './kafka.ts';

const mostTimes = 10;
const within = 60_000;

/**
 * Sets a topic's settings back whenever the operator has corrected them, as another program would, until its resource
 * says that it gave in. A broker shows what a controller took a moment later, so a single look may miss one time.
 */
export async function insist(
  { cluster, kafka }: { cluster: TestCluster; kafka: KafkaChecker },
  key: string,
  topic: string,
  config: Record<string, string>,
): Promise<void> {
  for (let times = 0; times < mostTimes; times += 1) {
    await kafka.setConfig(topic, config);
    const at = new Date().toISOString();
    await cluster.patch('EventTopic', key, { metadata: { annotations: { 'sluice.dev/reconcile-requested-at': at } } });
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
