import { type Placement, readField } from '../fields.ts';
import type { Container, EnvFromSource, EnvVar, Pod } from '../pod.ts';
import { MissingSource, readAll, readKey, type Sources } from '../sources.ts';

export type Environment = Readonly<Record<string, string>>;

/** `$$` stands for one `$`, so `$$(NAME)` is text. */
const REFERENCE = /\$\$|\$\(([^()]*)\)/g;

/** Replaces each `$(NAME)` by its value; a name that is not there stays as it is written. */
export function expand(text: string, env: ReadonlyMap<string, string>): string {
  return text.replaceAll(REFERENCE, (found, name?: string) => (name === undefined ? '$' : (env.get(name) ?? found)));
}

/**
 * The variables that a container asks for: `envFrom` first, then `env`, in which a value may use those before it.
 * Throws MissingSource.
 */
export function resolveEnvironment(
  container: Container,
  pod: Pod,
  placement: Placement,
  sources: Sources,
): Map<string, string> {
  const env = new Map<string, string>();
  for (const from of container.envFrom ?? []) addAll(env, from, sources);
  for (const variable of container.env ?? []) {
    const value = readValue(variable, env, pod, placement, sources);
    if (value !== undefined) env.set(variable.name, value);
  }
  return env;
}

function addAll(env: Map<string, string>, from: EnvFromSource, sources: Sources): void {
  const [kind, ref] = from.configMapRef
    ? (['ConfigMap', from.configMapRef] as const)
    : (['Secret', from.secretRef] as const);
  if (ref === undefined) return;
  const data = readAll(sources, { kind, name: ref.name }, ref.optional) ?? {};
  for (const [key, value] of Object.entries(data)) env.set(`${from.prefix ?? ''}${key}`, textOf(value));
}

function readValue(
  variable: EnvVar,
  env: ReadonlyMap<string, string>,
  pod: Pod,
  placement: Placement,
  sources: Sources,
): string | undefined {
  const from = variable.valueFrom;
  if (from === undefined) return expand(variable.value ?? '', env);
  if (from.configMapKeyRef) return readText(sources, 'ConfigMap', from.configMapKeyRef);
  if (from.secretKeyRef) return readText(sources, 'Secret', from.secretKeyRef);
  const path = from.fieldRef?.fieldPath ?? '';
  const value = readField(pod, placement, path);
  if (value === undefined) throw new MissingSource(`env "${variable.name}" names the unknown field "${path}"`);
  return value;
}

function readText(
  sources: Sources,
  kind: 'ConfigMap' | 'Secret',
  ref: { name: string; key: string; optional?: boolean },
): string | undefined {
  const value = readKey(sources, { kind, name: ref.name }, ref.key, ref.optional);
  return value && textOf(value);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
