import type { EventSchema } from '../../crds/event-schema.ts';
import { Reason } from '../../crds/reasons.ts';
import { howToTake, refuseUngrantedPolicy } from '../adoption.ts';
import { type Refusal, refuse } from '../blocked.ts';
import type { SeenSchema } from './observed.ts';
import { subjectOf } from './subject.ts';

/** What keeps a subject that existed before from becoming this resource's: nothing is registered in it, and no level set. */
export function refuseToAdopt(resource: EventSchema, seen: SeenSchema): Refusal | undefined {
  if (!isForeign(resource, seen)) return undefined;
  const subject = `subject "${subjectOf(resource)}"`;
  const { adoptionPolicy } = resource.spec;
  const ungranted = refuseUngrantedPolicy(adoptionPolicy, seen.use, subject);
  if (ungranted) return ungranted;
  switch (adoptionPolicy) {
    case 'Take':
      return undefined;
    case 'Never': {
      const instead = 'create a resource with another spec.subject and delete this one';
      const what = `${subject} existed before and adoptionPolicy is Never`;
      return refuse(Reason.AdoptionRefused, { what, next: `set adoptionPolicy to MatchOnly, or ${instead}` });
    }
    case 'MatchOnly':
      return refuseOther(resource, seen, subject);
  }
}

function isForeign({ status }: EventSchema, { versions, ownWrites }: SeenSchema): boolean {
  return versions.length > 0 && status?.version === undefined && !ownWrites.registered;
}

function refuseOther(resource: EventSchema, seen: SeenSchema, subject: string): Refusal | undefined {
  const mismatches = [...schemaMismatch(seen), ...levelMismatch(resource, seen)];
  if (mismatches.length === 0) return undefined;
  return refuse(Reason.AdoptionMismatch, {
    what: `${subject} existed before and differs: ${mismatches.join('; ')}`,
    next: `make the spec say what is live and change it afterwards, or ${howToTake(seen.use)}`,
  });
}

function schemaMismatch({ registered, versions }: SeenSchema): string[] {
  const newest = versions.at(-1);
  if (registered === undefined) return [`its newest version ${newest} is another schema`];
  return registered.version === newest
    ? []
    : [`it holds this schema as version ${registered.version}, and ${newest} is newer`];
}

function levelMismatch({ spec }: EventSchema, { level }: SeenSchema): string[] {
  const { compatibility } = spec;
  if (compatibility === undefined || compatibility === level.level) return [];
  return [`its compatibility level is ${level.level} and not ${compatibility}`];
}
