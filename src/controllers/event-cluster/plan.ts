import type { EventCluster } from '../../crds/event-cluster.ts';
import { Reason, type ReasonOf } from '../../crds/reasons.ts';
import type { Fault, Settled } from '../../ports/fault.ts';
import type { ClusterState } from '../../ports/kafka.ts';
import type { RegistryState } from '../../ports/registry.ts';
import type { Blocked, Plan } from '../../runtime/kind.ts';
import { refuse, refuseInWords, wait } from '../blocked.ts';
import { describeUnusable, unusableSettings } from '../topic-settings.ts';

export interface ObservedCluster {
  /** What is missing of the credentials, so that the system cannot be asked. */
  missing: { kafka: Blocked | undefined; registry: Blocked | undefined };
  kafka: Settled<ClusterState>;
  /** Absent: the spec names no registry. */
  registry: Settled<RegistryState> | undefined;
  /** Why the naming pattern cannot be read. */
  badPattern: string | undefined;
}

/** An EventCluster asks for nothing to be done: it is reachable and the one we know, or it is not. */
export function planCluster(resource: EventCluster, observed: ObservedCluster, probeMs: number): Plan<never> {
  const blocked = [
    observed.missing.kafka ?? judgeKafka(resource, observed.kafka, probeMs),
    observed.missing.registry ?? judgeRegistry(observed.registry, probeMs),
    judgeDefaults(resource),
    judgeNaming(resource, observed.badPattern),
  ];
  return { actions: [], blocked: blocked.filter((entry) => entry !== undefined) };
}

function judgeKafka(resource: EventCluster, kafka: Settled<ClusterState>, probeMs: number): Blocked | undefined {
  if (!kafka.ok) return judgeSilence(kafka.fault, probeMs);
  const expected = expectedClusterId(resource);
  if (expected === undefined || expected === kafka.value.clusterId) return judgeLogin(kafka.value, probeMs);
  return refuse(Reason.ClusterIdChanged, {
    what: `the bootstrap servers answer for Kafka cluster "${kafka.value.clusterId}", expected "${expected}"`,
    next: 'nothing is written until spec.kafka.clusterId names the cluster that you mean',
  });
}

/** Brokers that make us wait can be reached: what was Ready stays so. */
function judgeSilence(fault: Fault, lookAgainMs: number): Blocked {
  if (fault.kind !== 'throttled') return away(reasonOfFault(fault), fault.message, lookAgainMs);
  return wait(Reason.KafkaThrottled, { what: fault.message }, lookAgainMs);
}

function reasonOfFault({ atLogin, kind, code, system }: Fault): ReasonOf<'working'> {
  if (code === 'CERTIFICATE_NOT_TRUSTED') return Reason.CertificateNotTrusted;
  if (atLogin && kind === 'denied') return Reason.AuthenticationFailed;
  return system === 'registry' ? Reason.RegistryUnavailable : Reason.KafkaUnavailable;
}

/** Open connections go on serving, so what was Ready stays so; but the next one that breaks cannot be replaced. */
function judgeLogin({ loginRefused }: ClusterState, lookAgainMs: number): Blocked | undefined {
  if (loginRefused === undefined) return undefined;
  const said = { what: loginRefused.message, next: 'until that is mended the connections that stand are used' };
  return wait(reasonOfFault(loginRefused), said, lookAgainMs);
}

/** The pin of the spec, else the id that answered first. */
export function expectedClusterId(resource: EventCluster): string | undefined {
  return resource.spec.kafka.clusterId ?? resource.status?.clusterId;
}

function judgeRegistry(registry: Settled<RegistryState> | undefined, probeMs: number): Blocked | undefined {
  if (!registry || registry.ok) return undefined;
  return away(reasonOfFault(registry.fault), registry.fault.message, probeMs);
}

function judgeDefaults({ spec }: EventCluster): Blocked | undefined {
  const unusable = unusableSettings(spec.topicDefaults?.config);
  if (unusable.size === 0) return undefined;
  const unused = describeUnusable('spec.topicDefaults.config', unusable);
  return refuseInWords(Reason.InvalidSpec, `no topic is created: ${unused}`);
}

function judgeNaming({ spec }: EventCluster, problem: string | undefined): Blocked | undefined {
  if (problem === undefined) return undefined;
  return refuse(Reason.InvalidSpec, {
    what: `spec.naming.pattern "${spec.naming?.pattern}" is no RE2 expression: ${problem}`,
    next: 'no name is judged by it, and under Deny no topic is created until it is mended',
  });
}

function away(reason: ReasonOf<'working'>, what: string, lookAgainMs: number): Blocked {
  return { ...wait(reason, { what }, lookAgainMs), notReady: true };
}
