import { Document, visit } from 'yaml';
import { matchesAny } from '../../controllers/globs.ts';
import { eventTopic } from '../../crds/event-topic.ts';
import { apiVersion } from '../../crds/names.ts';
import type { TopicState } from '../../ports/kafka.ts';

/** Set while partitions move and removed afterwards: as part of a spec they would come back for ever. */
export const passingKeys = ['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas'];

export interface Placement {
  name: string;
  /** Absent: whoever applies it chooses. */
  namespace: string | undefined;
  /** Absent: the default EventCluster. */
  cluster: string | undefined;
}

export interface TopicManifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: {
    clusterRef?: { name: string };
    topicName?: string;
    partitions: number;
    /** Absent: partitions have different numbers of them, and any number would have some moved. */
    replicationFactor?: number;
    config?: Readonly<Record<string, string>>;
  };
}

/** What describes a live topic as it is: applying it changes nothing. */
export function manifestOf(topic: TopicState, { name, namespace, cluster }: Placement): TopicManifest {
  const config = overridesOf(topic);
  return {
    apiVersion,
    kind: eventTopic.kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: {
      ...(cluster !== undefined && { clusterRef: { name: cluster } }),
      ...(name !== topic.name && { topicName: topic.name }),
      partitions: topic.partitions,
      ...(topic.mostReplicas === undefined && { replicationFactor: topic.replicationFactor }),
      ...(config.length > 0 && { config: Object.fromEntries(config) }),
    },
  };
}

/** Settings that stand on the topic itself, sorted. A value that the brokers do not disclose cannot be written down. */
function overridesOf({ config }: TopicState): [string, string][] {
  return [...config]
    .flatMap(([key, { value, overridden }]): [string, string][] =>
      overridden && value !== undefined && !matchesAny(key, passingKeys) ? [[key, value]] : [],
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const note = [
  '# Written by "sluice import" from live topics; applying it changes none of them.',
  '# keyed is true unless it says otherwise, and then growing a topic asks for an acknowledgement, because keys move to',
  '# other partitions. Set "keyed: false" where records have no keys.',
].join('\n');

export function printManifests(manifests: readonly TopicManifest[]): string {
  return `${note}\n${manifests.map(printManifest).join('---\n')}`;
}

/** Parsers differ in which words they take for no text: by version 1.1 `on` is true, and some read `0o14` as twelve. */
function printManifest(manifest: TopicManifest): string {
  const document = new Document(manifest, { version: '1.1' });
  visit(document, {
    Scalar: (_key, scalar) => {
      if (typeof scalar.value === 'string' && !/^[A-Za-z]/.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}
