import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Admin } from '@platformatic/kafka';
import type { Nursery } from '../../setup/processes.mjs';
import { runTool } from '../../setup/tools.mjs';
import { java } from './java.ts';
import { type KafkaEntrances, securedListeners, securitySettings } from './kafka-security.ts';
import { Part } from './part.ts';
import { FaultProxy } from './proxy.ts';

const CLIENT_PORT = 9092;
const CONTROLLER_PORT = 9093;
const PROXIED_PORT = 9094;
const START_WITHIN_MS = 90_000;
const LOGGING = fileURLToPath(new URL('../../kafka/log4j2.properties', import.meta.url));

export interface KafkaPlan {
  /** Folder of the broker's jars. */
  jars: string;
  folder: string;
  logs: string;
  /** One node for each: its address, and the address of the proxy in front of it. */
  nodes: readonly { host: string; proxyHost: string }[];
  /** Adds listeners that ask who comes in. On the other ones everybody is an administrator. */
  entrances?: KafkaEntrances;
  /** Further lines of server.properties; they win. */
  settings?: Readonly<Record<string, string | number | boolean>>;
}

/** A KRaft cluster; each node is broker and controller. */
export interface KafkaCluster {
  clusterId: string;
  /** `host:port,host:port`. */
  bootstrapServers: string;
  /** The same brokers as clients see them through `proxies`: every connection, not only the first, goes through. */
  bootstrapServersThroughProxies: string;
  brokers: readonly Part[];
  /** In front of the broker with the same index. */
  proxies: readonly FaultProxy[];
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** 16 random bytes as Kafka spells them. A leading dash would look like an option to its tools. */
function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

function properties(plan: KafkaPlan, index: number, data: string): string {
  const { nodes, entrances } = plan;
  const host = nodes[index]?.host ?? '';
  const proxyHost = nodes[index]?.proxyHost;
  const secured = entrances ? securedListeners(host) : { listeners: '', protocols: '' };
  const replicas = Math.min(nodes.length, 3);
  const settings: Readonly<Record<string, string | number | boolean>> = {
    'process.roles': 'broker,controller',
    'node.id': index + 1,
    'controller.quorum.voters': nodes.map((node, i) => `${i + 1}@${node.host}:${CONTROLLER_PORT}`).join(','),
    listeners: `CLIENT://${host}:${CLIENT_PORT},CONTROLLER://${host}:${CONTROLLER_PORT},PROXIED://${host}:${PROXIED_PORT}${secured.listeners}`,
    'advertised.listeners': `CLIENT://${host}:${CLIENT_PORT},PROXIED://${proxyHost}:${PROXIED_PORT}${secured.listeners}`,
    'listener.security.protocol.map': `CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT${secured.protocols}`,
    'inter.broker.listener.name': 'CLIENT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    // Few partitions in the internal topics: they are created on first use, and somebody waits for that.
    'offsets.topic.num.partitions': 6,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': 3,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': 1,
    // A broker that was killed may come back only when its old session is over; the default is 9 s.
    'broker.session.timeout.ms': 5_000,
    'broker.heartbeat.interval.ms': 1_000,
    // The cleaner's default buffer would be a quarter of the heap.
    'log.cleaner.dedupe.buffer.size': 16 * 2 ** 20,
    ...(entrances && securitySettings(entrances)),
    ...plan.settings,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

async function countBrokers(bootstrapServer: string): Promise<number> {
  const options = { clientId: 'sluice-dev', bootstrapBrokers: [bootstrapServer], retries: 0, connectTimeout: 1_000 };
  const admin = new Admin(options);
  try {
    return (await admin.metadata({ topics: [] })).brokers.size;
  } finally {
    await admin.close();
  }
}

function brokerPart(plan: KafkaPlan, index: number, nursery: Nursery): Part {
  const name = `kafka-${index + 1}`;
  const host = plan.nodes[index]?.host ?? '';
  const jvm = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  return new Part(
    {
      name,
      command: java(),
      args: [
        ...[...jvm, `-Dlog4j2.configurationFile=${LOGGING}`, '-cp', join(plan.jars, '*')],
        ...['kafka.Kafka', join(plan.folder, name, 'server.properties')],
      ],
      logFile: join(plan.logs, `${name}.log`),
      answers: async () => (await countBrokers(`${host}:${CLIENT_PORT}`)) === plan.nodes.length,
      withinMs: START_WITHIN_MS,
    },
    nursery,
  );
}

async function format(plan: KafkaPlan, index: number, clusterId: string): Promise<void> {
  const folder = join(plan.folder, `kafka-${index + 1}`);
  const config = join(folder, 'server.properties');
  if (existsSync(config)) return;
  mkdirSync(folder, { recursive: true });
  const data = join(folder, 'data');
  writeFileSync(config, properties(plan, index, data), { mode: 0o600 });
  const tool = ['-XX:TieredStopAtLevel=1', '-cp', join(plan.jars, '*'), 'kafka.tools.StorageTool'];
  await runTool(java(), [...tool, 'format', '-t', clusterId, '-c', config]);
}

/** Describes the Kafka cluster of a world; `start` formats its folders the first time. */
export function createKafkaCluster(plan: KafkaPlan, nursery: Nursery): KafkaCluster {
  const clusterId = newClusterId();
  const brokers = plan.nodes.map((_, index) => brokerPart(plan, index, nursery));
  const proxies = plan.nodes.map(
    ({ host, proxyHost }) => new FaultProxy({ host: proxyHost, port: PROXIED_PORT }, { host, port: PROXIED_PORT }),
  );
  const all = async (run: (broker: Part) => Promise<void>) => {
    await Promise.all(brokers.map(run));
  };
  const start = async () => {
    await Promise.all(plan.nodes.map((_, index) => format(plan, index, clusterId)));
    // All are launched before any is waited for: a node alone has no quorum and never answers.
    for (const broker of brokers) broker.launch();
    await all((broker) => broker.whenReady());
  };
  const stop = () => all((broker) => broker.stop());
  return {
    clusterId,
    bootstrapServers: plan.nodes.map(({ host }) => `${host}:${CLIENT_PORT}`).join(','),
    bootstrapServersThroughProxies: plan.nodes.map(({ proxyHost }) => `${proxyHost}:${PROXIED_PORT}`).join(','),
    brokers,
    proxies,
    start,
    stop,
    kill: () => all((broker) => broker.kill()),
    restart: async () => {
      await stop();
      await start();
    },
  };
}
