export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a service listens and what it connects to, as the environment says. */
export interface ServiceSettings {
  /** Where the probes are answered: the pod's own address, loopback outside a pod. */
  readonly host: string;
  readonly port: number;
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly logLevel: string;
}

export function readServiceSettings(env: Environment): ServiceSettings {
  return {
    host: env.POD_IP ?? '127.0.0.1',
    port: numberFrom(env, 'PORT', 8080),
    brokers: requiredFrom(env, 'KAFKA_BOOTSTRAP_SERVERS').split(/\s*,\s*/),
    registryUrl: requiredFrom(env, 'REGISTRY_URL'),
    logLevel: env.LOG_LEVEL ?? 'info',
  };
}

/** @throws when the variable is missing or empty */
export function requiredFrom(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is missing in the environment`);
  return value;
}

/** @throws when the variable is there and is not a number of at least 0 */
export function numberFrom(env: Environment, name: string, fallback: number): number {
  const value = Number(env[name] ?? fallback);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} is "${env[name]}", not a number of at least 0`);
  return value;
}
