import type { EventSchema } from '../../crds/event-schema.ts';

export function subjectOf(resource: EventSchema): string {
  return resource.spec.subject ?? resource.metadata.name;
}
