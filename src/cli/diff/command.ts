import { keyOf } from '../../base/keys.ts';
import { type NamespaceView, questionOf, resolveCluster } from '../../controllers/cluster-use.ts';
import type { EventCluster } from '../../crds/event-cluster.ts';
import { type EventTopic, eventTopic } from '../../crds/event-topic.ts';
import { apiVersion } from '../../crds/names.ts';
import type { KafkaConnections } from '../../ports/kafka.ts';
import { addressesFlag, addressesOf, at } from '../addresses.ts';
import { type Command, type Given, kubeFlags } from '../command.ts';
import { connectKafka, connectKube, type KubeAccess } from '../connect.ts';
import { inTurn } from '../in-turn.ts';
import { logIn } from '../log-in.ts';
import { inColours, plainly } from '../paint.ts';
import { readClusters, readNamespaces, readTopics } from '../resources.ts';
import { exitCode, type Shell, UserError } from '../shell.ts';
import { type Finding, verdictOn } from './finding.ts';
import { createLook, type Judged, judge } from './look.ts';
import { readManifests, type Written } from './manifests.ts';
import { printFindings, printJson, summarise } from './print.ts';

export const diffCommand: Command = {
  name: 'diff',
  summary: 'say what Sluice would do to topics once files are applied',
  usage: '-f FILE... [flags]',
  details: [
    'The API server judges each EventTopic as if it were applied, the brokers judge what would change, and nothing is',
    'changed. It shows what would happen in Kafka; what would change in the resource itself is for kubectl diff.',
  ],
  flags: {
    filename: { short: 'f', value: 'FILE', repeated: true, text: 'file or folder with manifests; - is standard input' },
    recursive: { short: 'R', text: 'look into folders inside of folders' },
    output: { short: 'o', value: 'FORMAT', text: 'text (default) or json' },
    'bootstrap-server': addressesFlag,
    ...kubeFlags,
  },
  found: 'something would change, or cannot be met',
  examples: [
    ['Before a file is applied', 'diff -f order-created.yaml'],
    ['What a chart would do', 'diff -n shop -f -'],
    ['In a pipeline: every EventTopic of a folder, for programs', 'diff -R -f topics/ -o json'],
  ],
  run: async (given, shell) => {
    const question = readQuestion(given);
    const kube = connectKube(given, shell);
    const kafka = connectKafka();
    try {
      return await diff(question, kube, kafka, shell);
    } finally {
      kafka.retain(new Set());
      await kube.close();
    }
  },
};

interface Question {
  paths: readonly string[];
  recursive: boolean;
  json: boolean;
  addresses: readonly string[] | undefined;
  /** The namespace that was asked for; absent: each manifest's own, or the one of the context. */
  namespace: string | undefined;
}

function readQuestion(given: Given): Question {
  const [word] = given.words;
  if (word !== undefined) throw new UserError(`what is "${word}" for?`, 'Files come after -f.');
  const paths = given.texts('filename');
  if (paths.length === 0) throw new UserError('which files?', 'Name one with -f; - is standard input.');
  const output = given.text('output') ?? 'text';
  if (output !== 'json' && output !== 'text') throw new UserError(`--output: "${output}" is neither text nor json`);
  return {
    paths,
    recursive: given.has('recursive'),
    json: output === 'json',
    addresses: addressesOf(given),
    namespace: given.text('namespace'),
  };
}

/** Requests to the API server at once. */
const atOnce = 16;

async function diff(question: Question, kube: KubeAccess, kafka: KafkaConnections, shell: Shell): Promise<number> {
  const all = await readManifests({ ...question, readInput: shell.readInput });
  const written = all.filter((one) => one.apiVersion === apiVersion && one.kind === eventTopic.kind);
  for (const one of written) refuseOtherNamespace(one, question.namespace);
  const judged = await inTurn(written, atOnce, (one, index) =>
    judge(kube.client, one, kube.namespace, index, shell.signal),
  );
  const findings = await lookAt(judged, question, kube, kafka, shell);
  const colours = shell.colours ? inColours : plainly;
  shell.print(question.json ? printJson(findings) : printFindings(findings, colours));
  shell.say(summarise(findings, all.length - written.length));
  const verdicts = new Set(findings.map(verdictOn));
  if (verdicts.has('problem')) return exitCode.failed;
  return verdicts.has('differs') ? exitCode.found : exitCode.done;
}

function refuseOtherNamespace({ source, name, namespace }: Written, asked: string | undefined): void {
  if (asked === undefined || namespace === undefined || namespace === asked) return;
  throw new UserError(`${source}: EventTopic "${name}" is of namespace ${namespace}, and --namespace says ${asked}`);
}

async function lookAt(
  judged: readonly Judged[],
  { addresses }: Question,
  kube: KubeAccess,
  connections: KafkaConnections,
  { signal, say }: Shell,
): Promise<Finding[]> {
  const wanted = judged.flatMap((one) => (one.kind === 'taken' ? [one.resource] : []));
  if (wanted.length === 0) return judged.flatMap((one) => (one.kind === 'refused' ? [one.finding] : []));
  const namespaceOf = ({ metadata }: EventTopic) => metadata.namespace ?? kube.namespace;
  const [clusters, known, namespaces] = await Promise.all([
    readClusters(kube.client, undefined, signal),
    readTopics(kube.client, wanted[0]?.metadata.namespace ?? kube.namespace, signal),
    readNamespaces(kube.client, wanted.map(namespaceOf), signal),
  ]);
  if (known.partial) say(`warning: an owner in another namespace is not seen: ${known.partial.message}`);
  const replaced = new Set(wanted.map(keyOf));
  const topics = [...known.topics.filter((topic) => !replaced.has(keyOf(topic))), ...wanted];
  const kafka = await logIn(connections, clustersOf(wanted, clusters, namespaces), kube, signal);
  const look = createLook(
    { topics, kafka, namespaces, clusters: clusters.map((cluster) => at(addresses, cluster)) },
    signal,
  );
  return Promise.all(judged.map(async (one) => (one.kind === 'taken' ? look(one.resource) : one.finding)));
}

/** Those that the resources use: only for them are credentials needed. */
function clustersOf(
  resources: readonly EventTopic[],
  clusters: readonly EventCluster[],
  namespaces: NamespaceView,
): readonly EventCluster[] {
  const used = resources.map((resource) => resolveCluster(questionOf(resource, namespaces), clusters));
  return [...new Set(used.flatMap((answer) => (answer.kind === 'use' ? [answer.use.cluster] : [])))];
}
