import type { EventCluster } from '../../crds/event-cluster.ts';
import { Fault, type Settled } from '../../ports/fault.ts';
import type { CompilePattern } from '../../ports/patterns.ts';
import type { SecretSource } from '../../ports/secrets.ts';
import type { Behaviour } from '../../runtime/kind.ts';
import type { ClusterConnections, ClusterRegistries } from '../connections.ts';
import { missingCredentials } from '../credentials.ts';
import { missingRegistryCredentials } from '../registry-credentials.ts';
import { type ObservedCluster, planCluster } from './plan.ts';
import { type ClusterFields, reportCluster } from './report.ts';

export interface ClusterDependencies {
  kafka: ClusterConnections;
  secrets: SecretSource;
  registry: ClusterRegistries;
  compile: CompilePattern;
  /** How soon to ask again while something is away. */
  probeMs: number;
}

export type EventClusterBehaviour = Behaviour<EventCluster, ObservedCluster, never, ClusterFields>;

export function eventClusterBehaviour({
  kafka,
  secrets,
  registry,
  compile,
  probeMs,
}: ClusterDependencies): EventClusterBehaviour {
  return {
    async observe(resource, { signal }) {
      const { spec } = resource;
      const [kafkaState, registryState] = await Promise.all([
        settle(() => kafka.to(resource).describeCluster({ signal })),
        spec.registry && settle(() => registry.to(resource).describe({ signal })),
      ]);
      const missing = {
        kafka: missingCredentials(spec.kafka, secrets),
        registry: missingRegistryCredentials(spec.registry, secrets),
      };
      const badPattern = problemWith(spec.naming?.pattern, compile);
      return { missing, kafka: kafkaState, registry: registryState, badPattern };
    },
    plan: (resource, observed) => planCluster(resource, observed, probeMs),
    act: async () => undefined,
    report: reportCluster,
  };
}

function problemWith(pattern: string | undefined, compile: CompilePattern): string | undefined {
  if (pattern === undefined) return undefined;
  const compiled = compile(pattern);
  return compiled.ok ? undefined : compiled.problem;
}

/** A Kafka that is away says nothing about the registry, nor the other way round. */
async function settle<T>(call: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: error };
    throw error;
  }
}
