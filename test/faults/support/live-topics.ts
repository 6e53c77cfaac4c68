import { Admin, ConfigResourceTypes } from '@platformatic/kafka';

/** A topic, and what is set on it. */
export interface LiveTopic {
  /** As Kafka writes it: 22 characters of URL-safe base64. */
  id: string;
  partitions: number;
  config: Readonly<Record<string, string | null>>;
}

/** 1 is the broker's word for a setting of the topic's own. */
const ownSetting = 1;

/** The brokers' topics by name, internal ones left away. Throws what keeps the brokers from answering. */
export async function liveTopics(bootstrapServers: string): Promise<ReadonlyMap<string, LiveTopic>> {
  const bootstrapBrokers = bootstrapServers.split(',');
  const admin = new Admin({ clientId: 'checker', bootstrapBrokers, retries: 0, connectTimeout: 30_000 });
  try {
    return await topicsOf(admin);
  } finally {
    await admin.close();
  }
}

async function topicsOf(admin: Admin): Promise<ReadonlyMap<string, LiveTopic>> {
  const names = (await admin.listTopics()).filter((name) => !name.startsWith('__'));
  if (names.length === 0) return new Map();
  const { topics } = await admin.metadata({ topics: names, forceUpdate: true });
  const resources = names.map((resourceName) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName }));
  const described = await admin.describeConfigs({ resources });
  return new Map(
    described.map(({ resourceName, configs }) => {
      const { id = '', partitionsCount = 0 } = topics.get(resourceName) ?? {};
      const own = configs.filter(({ configSource }) => configSource === ownSetting);
      const config = Object.fromEntries(own.map(({ name, value }) => [name, value ?? null]));
      return [resourceName, { id: base64Of(id), partitions: partitionsCount, config }];
    }),
  );
}

/** The library spells an id as a UUID. */
function base64Of(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
}
