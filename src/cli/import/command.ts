import { matchesAny } from '../../controllers/globs.ts';
import { Fault } from '../../ports/fault.ts';
import type { KafkaAdmin, KafkaConnections, TopicState } from '../../ports/kafka.ts';
import { addressesFlag, addressesOf } from '../addresses.ts';
import { type Command, type Given, kubeFlags } from '../command.ts';
import { connectKafka, connectKube, type KubeAccess } from '../connect.ts';
import { readTopics } from '../resources.ts';
import { exitCode, type Shell, UserError } from '../shell.ts';
import { type Claims, claimsOn } from './claims.ts';
import { manifestOf, passingKeys, printManifests, type TopicManifest } from './manifest.ts';
import { resourceNames } from './names.ts';
import { isInternal, selectTopics } from './select.ts';
import { findSource, type Source } from './source.ts';
import { type Outcome, summarise } from './summary.ts';
import { writeFiles } from './write-files.ts';

export const importCommand: Command = {
  name: 'import',
  summary: 'write EventTopic YAML for topics that exist',
  usage: 'PATTERN... [flags]',
  details: [
    'A pattern is a topic name in which * stands for any letters. What is written describes each topic as it is:',
    'partitions, replication factor and the settings of its own. Applying it adopts the topics and changes none of',
    'them. Internal topics are left out. With --bootstrap-server and without --cluster, no EventCluster is read.',
  ],
  flags: {
    ...kubeFlags,
    cluster: { value: 'NAME', text: 'EventCluster to read from; default: the default one' },
    'bootstrap-server': addressesFlag,
    unowned: { text: 'leave out topics that an EventTopic names already, in any namespace' },
    output: { short: 'o', value: 'DIR', text: 'a file for each topic; default: -, all to standard output' },
  },
  found: 'a pattern matched no topic',
  examples: [
    ['What is there and not managed yet', "import '*' --unowned -n shop"],
    ['Two families of topics, applied at once', "import 'order.*' 'payment.*' -n shop | kubectl apply -f -"],
    ['Files to review and commit', "import 'order.*' -n shop -o topics/"],
    ['Without an EventCluster', "import '*' --bootstrap-server kafka-0:9092,kafka-1:9092"],
  ],
  run: async (given, shell) => {
    const question = readQuestion(given);
    const kube = question.needsKube ? connectKube(given, shell) : undefined;
    const kafka = connectKafka();
    try {
      return await importTopics(question, kube, kafka, shell);
    } finally {
      kafka.retain(new Set());
      await kube?.close();
    }
  },
};

interface Question {
  patterns: readonly string[];
  cluster: string | undefined;
  addresses: readonly string[] | undefined;
  /** Absent: the one of the current context, if a context is used. */
  namespace: string | undefined;
  unowned: boolean;
  /** Absent: standard output. */
  folder: string | undefined;
  needsKube: boolean;
}

function readQuestion(given: Given): Question {
  if (given.words.length === 0) {
    throw new UserError('which topics?', `Name some, such as 'order.*', or '*' for all.`);
  }
  const addresses = addressesOf(given);
  const output = given.text('output');
  const cluster = given.text('cluster');
  const unowned = given.has('unowned');
  return {
    patterns: given.words,
    cluster,
    addresses,
    unowned,
    namespace: given.text('namespace'),
    folder: output === '-' ? undefined : output,
    needsKube: addresses === undefined || cluster !== undefined || unowned,
  };
}

async function importTopics(
  question: Question,
  kube: KubeAccess | undefined,
  kafka: KafkaConnections,
  shell: Shell,
): Promise<number> {
  const { patterns, cluster, addresses, unowned } = question;
  const namespace = question.namespace ?? kube?.namespace;
  const where = { kube, namespace: namespace ?? 'default', cluster, addresses };
  const source = await findSource(kafka, where, shell.signal);
  const known = kube && (await readTopics(kube.client, where.namespace, shell.signal));
  const claims = claimsOn(source.clusterId, where.namespace, known?.topics ?? []);
  const listed = await source.admin.listTopics(shell);
  const selection = selectTopics(listed, patterns, unowned ? claims.topics : undefined);
  const described = await describeAll(source.admin, selection.chosen, shell.signal);
  const live = listed.filter((topic) => !isInternal(topic)).map(({ name }) => name);
  const names = resourceNames(live, claims.names);
  const manifests = described.map((topic) =>
    manifestOf(topic, { name: names.get(topic.name) ?? topic.name, namespace, cluster }),
  );
  await write(manifests, question.folder, shell);
  const outcome = outcomeOf(described, selection, source, claims);
  for (const line of summarise({ ...outcome, namespace, partial: known?.partial?.message })) shell.say(line);
  return selection.unmatched.length > 0 ? exitCode.found : exitCode.done;
}

/** In the order of the names, without those that are gone or that the brokers do not show to this client. */
async function describeAll(admin: KafkaAdmin, names: readonly string[], signal: AbortSignal): Promise<TopicState[]> {
  const answers = await Promise.all(names.map((name) => admin.describeTopic(name, { signal }).catch(unlessDenied)));
  return answers.filter((topic) => topic !== undefined);
}

function unlessDenied(error: unknown): undefined {
  if (!(error instanceof Fault) || error.kind !== 'denied') throw error;
}

async function write(manifests: readonly TopicManifest[], folder: string | undefined, shell: Shell): Promise<void> {
  if (manifests.length === 0) return;
  if (folder === undefined) return shell.print(printManifests(manifests));
  const files = manifests.map((manifest) => [`${manifest.metadata.name}.yaml`, printManifests([manifest])] as const);
  await writeFiles(folder, new Map(files));
}

function outcomeOf(
  described: readonly TopicState[],
  selection: Outcome['selection'],
  { access }: Source,
  claims: Claims,
): Omit<Outcome, 'namespace' | 'partial'> {
  const written = described.map(({ name }) => name);
  const seen = new Set(written);
  const granted = access?.rule?.topics ?? [];
  return {
    written,
    selection,
    undescribed: selection.chosen.filter((name) => !seen.has(name)),
    moving: described.filter(isMoving).map(({ name }) => name),
    claimed: written.filter((name) => claims.topics.has(name)),
    ungranted: access && { cluster: access.name, topics: written.filter((name) => !matchesAny(name, granted)) },
  };
}

function isMoving({ config }: TopicState): boolean {
  return passingKeys.some((key) => config.get(key)?.overridden);
}
