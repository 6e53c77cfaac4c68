import type { EventConsumer } from '../../crds/event-consumer.ts';

export function groupIdOf({ spec, metadata }: EventConsumer): string {
  return spec.groupId ?? metadata.name;
}

/** What is scaled, with its kind: `Deployment/shop/payment`. */
export function targetKeyOf({ metadata, spec }: EventConsumer): string {
  return targetKey(spec.targetRef.kind, metadata.namespace, spec.targetRef.name);
}

/** For messages. */
export function targetNameOf({ spec }: EventConsumer): string {
  return `${spec.targetRef.kind} "${spec.targetRef.name}"`;
}

export function targetKey(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
