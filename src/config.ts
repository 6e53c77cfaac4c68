import { z } from 'zod';
import { textOfError } from './base/text.ts';

const milliseconds = (fallback: number) => z.coerce.number().int().min(10).max(86_400_000).default(fallback);

/** `host:port`; port 0 lets the system choose. */
const address = z
  .string()
  .regex(/^[^\s:]+:\d{1,5}$/, 'must be host:port, such as 0.0.0.0:8080')
  .transform((text) => ({ host: text.slice(0, text.lastIndexOf(':')), port: Number(text.split(':').at(-1)) }))
  .refine(({ port }) => port <= 65_535, 'the port must be at most 65535');

const namespaces = z
  .string()
  .max(4_096)
  .default('')
  .transform((text) => [...new Set(text.split(',').flatMap((name) => name.trim() || []))])
  .refine(
    (names) => names.every((name) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)),
    'must be namespaces, such as kafka,kafka-test',
  );

const serverNames = z
  .string()
  .max(4_096)
  .transform((text) => [...new Set(text.split(',').flatMap((name) => name.trim() || []))])
  .refine(
    (names) => names.length > 0 && names.every((name) => /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)),
    'must be host names and IPv4 addresses, such as sluice-webhook.sluice-system.svc',
  );

/** Every setting of the operator: environment variable → meaning. */
const schema = z.object({
  /** How to reach the API server from outside a cluster, in kubectl's own form; in a pod it stays unset. */
  KUBECONFIG: z.string().max(4_096).optional(),
  /** Where the operator keeps its lease and its journal. */
  SLUICE_NAMESPACE: z.string().min(1).max(63).default('sluice-system'),
  /** Further namespaces, separated by commas, whose Secrets an EventCluster may name. */
  SLUICE_SECRET_NAMESPACES: namespaces,
  /** How we are called in the lease; default: the name of the host. */
  SLUICE_IDENTITY: z.string().min(1).max(253).optional(),
  SLUICE_METRICS_ADDRESS: address.prefault('0.0.0.0:8080'),
  /** Where the API server asks what to think of what users apply. Unset: there is no webhook. */
  SLUICE_WEBHOOK_ADDRESS: address.optional(),
  /** Under which names it does, for the certificate; default: those of the Service in SLUICE_NAMESPACE. */
  SLUICE_WEBHOOK_NAMES: serverNames.optional(),
  /** A Secret of SLUICE_NAMESPACE with `tls.crt` and `tls.key` that somebody else keeps, such as cert-manager. */
  SLUICE_WEBHOOK_SECRET: z.string().min(1).max(253).optional(),
  /** How long a certificate of our own is good for; it is changed in the last third. */
  SLUICE_WEBHOOK_CERTIFICATE_MS: z.coerce.number().int().min(10_000).max(31_536_000_000).default(7_776_000_000),
  SLUICE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  SLUICE_KAFKA_TIMEOUT_MS: milliseconds(5_000),
  SLUICE_REGISTRY_TIMEOUT_MS: milliseconds(5_000),
  SLUICE_KUBERNETES_TIMEOUT_MS: milliseconds(10_000),
  /** When a resource is looked at again though nothing changed; ± 10 %. */
  SLUICE_RECHECK_MS: milliseconds(300_000),
  /** A deletion that was asked for longer ago is carried out only when somebody confirms it. */
  SLUICE_CONFIRM_DELETION_AFTER_MS: milliseconds(3_600_000),
  /** How soon a cluster that is away is asked again. */
  SLUICE_PROBE_MS: milliseconds(5_000),
  /** A watch that is silent for this long is opened anew. */
  SLUICE_WATCHDOG_MS: milliseconds(180_000),
  /** How long a topic with many partitions is watched before its busiest time counts as known. */
  SLUICE_TRAFFIC_KNOWN_AFTER_MS: milliseconds(86_400_000),
  SLUICE_LAG_TICK_MS: milliseconds(5_000),
  SLUICE_LEASE_DURATION_MS: milliseconds(15_000),
  SLUICE_LEASE_RENEW_DEADLINE_MS: milliseconds(10_000),
  SLUICE_LEASE_RETRY_MS: milliseconds(2_000),
  /** Rounds of one kind that run at once. */
  SLUICE_WORKERS: z.coerce.number().int().min(1).max(1_024).default(128),
  SLUICE_SHUTDOWN_MS: milliseconds(10_000),
});

export type Config = Readonly<z.output<typeof schema>>;

/** Throws ConfigError with one line for each wrong variable. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, env)).join('\n'));
  const config = parsed.data;
  const { SLUICE_LEASE_RETRY_MS: retry, SLUICE_LEASE_RENEW_DEADLINE_MS: deadline } = config;
  if (retry >= deadline || deadline >= config.SLUICE_LEASE_DURATION_MS) {
    throw new ConfigError(
      'SLUICE_LEASE_RETRY_MS must be less than SLUICE_LEASE_RENEW_DEADLINE_MS, and that less than SLUICE_LEASE_DURATION_MS',
    );
  }
  return Object.freeze(config);
}

/** The name of this process in the lease. Two of one name would both take the lease for theirs, and both lead. */
export function holderOf({ SLUICE_IDENTITY: name }: Config, host: string, random: string): string {
  return `${name ?? host}-${random.slice(0, 8)}`;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A setting that reads well and turns out wrong when it is used. One line, whatever the cause has to say. */
export function wrongSetting(name: keyof Config, value: string, cause: unknown): ConfigError {
  const [firstLine] = textOfError(cause).split('\n');
  return new ConfigError(`${name}="${value}": ${firstLine}`, { cause });
}

function describe({ path, message }: z.core.$ZodIssue, env: Readonly<Record<string, string | undefined>>): string {
  const name = String(path[0]);
  return `${name}="${env[name] ?? ''}": ${message}`;
}
