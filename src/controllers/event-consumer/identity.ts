import type { EventConsumer } from '../../crds/event-consumer.ts';

export function groupIdOf({ spec, metadata }: EventConsumer): string {
  return spec.groupId ?? metadata.name;
}

/** `namespace/name` of the Deployment that is scaled. */
export function targetKeyOf({ metadata, spec }: EventConsumer): string {
  return `${metadata.namespace}/${spec.targetRef.name}`;
}
