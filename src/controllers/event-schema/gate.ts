import { textOfError } from '../../base/text.ts';
import { withDeadline } from '../../base/time.ts';
import type { Checker } from '../../compat/checker.ts';
import type { EventSchema } from '../../crds/event-schema.ts';
import { Reason } from '../../crds/reasons.ts';
import type { Clock } from '../../ports/clock.ts';
import { Fault } from '../../ports/fault.ts';
import type { Gate, Judgement } from '../../runtime/judgement.ts';
import type { Blocked } from '../../runtime/kind.ts';
import type { ClusterRegistries } from '../connections.ts';
import { judgedBeside, judgementOf } from '../gate.ts';
import { newMemory, observeSchema, type SchemaSources } from './behaviour.ts';
import { mistakesIn } from './mistakes.ts';
import type { ObservedSchema, SeenSchema } from './observed.ts';
import { planSchema, refuseSchema, schemaTextOf } from './plan.ts';
import { subjectOf } from './subject.ts';
import { refuseBreaks } from './verdict.ts';

export interface SchemaGateSources extends SchemaSources {
  clock: Clock;
}

const tooLate = 'TIMEOUT';
/** How long an admission waits for the registry, and for the check. */
const registryWithinMs = 1_000;
/** A registry that was too slow is left alone for a while, so that it delays the first of many only. */
const restMs = 10_000;

/** What only another spec mends. An owner may go, and a registry may change: of these the user is told. */
const deniable: readonly string[] = [
  Reason.NotGranted,
  Reason.InvalidSchema,
  Reason.Incompatible,
  Reason.AdoptionMismatch,
  Reason.AdoptionRefused,
];

/**
 * What a round would make of the schema, as far as the registry can be read within a second: the same look, the same plan
 * and, where that would register, our own verdict on the versions that are there. Nothing is kept of it, because the
 * next round judges for itself.
 */
export function eventSchemaGate(sources: SchemaGateSources): Gate<EventSchema> {
  const { clock } = sources;
  /** By EventCluster, until when its registry is left alone. */
  const restsUntilMs = new Map<string | undefined, number>();
  return async (resource, signal) => {
    const { clusterRef, gate } = resource.spec;
    const mode = gate?.admission ?? 'Deny';
    const rests = clock.monotonicMs() < (restsUntilMs.get(clusterRef?.name) ?? 0);
    let isChecking = false;
    const checker: Checker = async (question, options) => {
      isChecking = true;
      const worked = await sources.checker(question, options);
      isChecking = false;
      return worked;
    };
    const asked = { ...sources, checker, ...(rests && { registry: atRest }) };
    try {
      const blocked = await withDeadline({ clock, ms: registryWithinMs, late, signal }, (inner) =>
        judge(asked, resource, inner),
      );
      return judgementOf(blocked, deniable, mode);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // One that refuses or is gone costs nobody any time, and a check that takes long is not the registry's.
      if (!rests && error.code === tooLate && !isChecking)
        restsUntilMs.set(clusterRef?.name, clock.monotonicMs() + restMs);
      return withoutRegistry(resource, mode, error);
    }
  };
}

const atRest: ClusterRegistries = {
  to() {
    throw new Fault('registry', 'unavailable', 'it was too slow a moment ago');
  },
};

function late(): Fault {
  return new Fault('registry', 'unavailable', `no answer within ${registryWithinMs / 1000} s`, { code: tooLate });
}

async function judge(
  sources: SchemaGateSources,
  resource: EventSchema,
  signal: AbortSignal,
): Promise<readonly Blocked[]> {
  const schemas = judgedBeside(sources.schemas, resource);
  const seen = await observeSchema({ ...sources, schemas }, newMemory(), resource, {
    signal,
    now: sources.clock.now(),
  });
  const observed = asIfWritable(seen);
  const plan = planSchema(resource, observed);
  if (observed.kind !== 'seen' || !plan.actions.some(({ kind }) => kind === 'register')) return plan.blocked;
  const offered = {
    subject: subjectOf(resource),
    wanted: schemaTextOf(resource),
    level: resource.spec.compatibility ?? observed.level.level,
    versions: observed.versions,
  };
  const judging = { registry: sources.registry.to(observed.use.cluster), checker: sources.checker };
  const refusal = await refuseBreaks(judging, offered, signal);
  return refusal ? [refuseSchema(resource, refusal)] : plan.blocked;
}

/** That nothing is written for the time being says nothing of the schema. */
function asIfWritable(observed: ObservedSchema): ObservedSchema {
  if (observed.kind !== 'seen') return observed;
  const use: SeenSchema['use'] = { ...observed.use, readOnly: false };
  return { ...observed, use, readOnly: undefined };
}

function withoutRegistry(resource: EventSchema, mode: Judgement['mode'], fault: Fault): Judgement {
  const problems = mistakesIn(schemaTextOf(resource));
  const blocked = problems.length > 0 ? [refuseSchema(resource, { kind: 'mistaken', problems })] : [];
  const what = `subject "${subjectOf(resource)}": the schema was not compared with the versions in the registry`;
  const next = 'the operator does so before it registers the schema, see its status';
  return { ...judgementOf(blocked, deniable, mode), unchecked: [`${what} (${textOfError(fault)}); ${next}`] };
}
