import type { EventClusterSpec } from '../../../crds/event-cluster.ts';
import type { EventTopic } from '../../../crds/event-topic.ts';
import type { CompilePattern } from '../../../ports/patterns.ts';
import type { ClusterUse } from '../../cluster-use.ts';
import { refuseUngranted } from '../../grants.ts';
import { topicNameOf } from '../identity.ts';

/** What the naming rule of the EventCluster says of a name. */
export type NameVerdict =
  | { kind: 'fits' }
  | { kind: 'violates'; mode: 'Warn' | 'Deny'; pattern: string; suggestion: string | undefined }
  /** The pattern cannot be read, so nobody knows. */
  | { kind: 'unknown'; mode: 'Warn' | 'Deny' };

export interface NameQuestion {
  name: string;
  namespace: string;
  naming: EventClusterSpec['naming'];
  /** Whether the namespace may have a topic of that name. */
  granted: (name: string) => boolean;
}

export function nameQuestion(resource: EventTopic, use: ClusterUse): NameQuestion {
  return {
    name: topicNameOf(resource),
    namespace: resource.metadata.namespace ?? '',
    naming: use.cluster.spec.naming,
    granted: (name) => refuseUngranted(use, 'topics', [name]) === undefined,
  };
}

export function judgeName({ name, namespace, naming, granted }: NameQuestion, compile: CompilePattern): NameVerdict {
  if (naming?.pattern === undefined || naming.mode === 'Off') return { kind: 'fits' };
  const { mode, pattern } = naming;
  const compiled = compile(pattern);
  if (!compiled.ok) return { kind: 'unknown', mode };
  if (compiled.matches(name)) return { kind: 'fits' };
  const fitting = candidates(name, namespace).filter((candidate) => compiled.matches(candidate));
  return { kind: 'violates', mode, pattern, suggestion: fitting.find(granted) ?? fitting[0] };
}

/** Names close to the given one, the closest first. */
export function candidates(name: string, namespace: string): string[] {
  const segments = name
    .split('.')
    .map(wordsOf)
    .filter((words) => words.length > 0);
  const words = segments.flat();
  const kept = segments.map((segment) => segment.join('-'));
  const shapes = [
    name.toLowerCase(),
    name.toLowerCase().replaceAll('_', '-'),
    kept.join('.'),
    words.join('.'),
    ...[3, 2, 1].map((count) => [...kept.slice(0, count), kept.slice(count).join('-')].filter(Boolean).join('.')),
    words.join('-'),
    words.join('_'),
    words.join(''),
  ];
  const prefixed = shapes.map((shape) => `${namespace}.${shape}`);
  const withoutDigits = shapes.map((shape) => shape.replace(/^[^a-z]+/, ''));
  return [...new Set([...shapes, ...prefixed, ...withoutDigits])].filter(isTopicName);
}

/** `OrderCreated_v2` → order, created, v2. */
function wordsOf(segment: string): string[] {
  return segment
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

function isTopicName(name: string): boolean {
  return /^[a-zA-Z0-9._-]{1,249}$/.test(name) && !/^\.{1,2}$/.test(name) && !name.startsWith('__');
}
