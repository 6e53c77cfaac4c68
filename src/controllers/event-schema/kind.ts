import { eventSchema } from '../../crds/event-schema.ts';
import { fitterOf } from '../../crds/fit-status.ts';
import { Reason } from '../../crds/reasons.ts';
import { eventSchemaBehaviour, type SchemaDependencies } from './behaviour.ts';
import { eventSchemaTriggers, type SchemaTriggerSources } from './triggers.ts';

export type SchemaParts = SchemaDependencies & SchemaTriggerSources;

/** What a controller knows of EventSchemas. */
export function eventSchemaKind(parts: SchemaParts) {
  return {
    name: 'event-schema',
    store: parts.schemas,
    fitStatus: fitterOf(eventSchema),
    behaviour: eventSchemaBehaviour(parts),
    triggers: eventSchemaTriggers(parts),
    failureReasons: {
      away: { registry: Reason.RegistryUnavailable },
      rejected: { registry: Reason.UnsupportedByRegistry },
    },
  };
}
