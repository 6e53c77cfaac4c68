import type { Container, FileSource, Pod } from './pod.ts';
import { isApiAccess } from './unsupported.ts';

export type SourceKind = 'ConfigMap' | 'Secret';

/** The content of a ConfigMap or Secret by key. */
export type SourceData = Readonly<Record<string, Uint8Array>>;

export interface SourceRef {
  kind: SourceKind;
  name: string;
}

/** What was read for a pod; undefined: it is not there. */
export interface Sources {
  get(kind: SourceKind, name: string): SourceData | undefined;
}

/** Something that a container needs is not there. */
export class MissingSource extends Error {
  override readonly name = 'MissingSource';
}

/** The ConfigMaps and Secrets that a container of the pod needs, each once. */
export function referencesOf(pod: Pod, container: Container): readonly SourceRef[] {
  const volumes = (pod.spec.volumes ?? []).filter((volume) => !isApiAccess(volume));
  const refs = [
    ...(container.envFrom ?? []).flatMap((from) => refsOf(from.configMapRef?.name, from.secretRef?.name)),
    ...(container.env ?? []).flatMap(({ valueFrom }) =>
      refsOf(valueFrom?.configMapKeyRef?.name, valueFrom?.secretKeyRef?.name),
    ),
    ...volumes.flatMap((volume) => [volume, ...(volume.projected?.sources ?? [])].flatMap(refsOfFiles)),
  ];
  return [...new Map(refs.map((ref) => [`${ref.kind}/${ref.name}`, ref])).values()];
}

function refsOfFiles(source: FileSource): SourceRef[] {
  return refsOf(source.configMap?.name, source.secret?.secretName ?? source.secret?.name);
}

function refsOf(configMap: string | undefined, secret: string | undefined): SourceRef[] {
  const refs: SourceRef[] = [];
  if (configMap !== undefined) refs.push({ kind: 'ConfigMap', name: configMap });
  if (secret !== undefined) refs.push({ kind: 'Secret', name: secret });
  return refs;
}

/** All keys of a source; undefined: it is not there and need not be. Throws MissingSource. */
export function readAll(sources: Sources, ref: SourceRef, optional: boolean | undefined): SourceData | undefined {
  const data = sources.get(ref.kind, ref.name);
  if (data === undefined && !optional) throw new MissingSource(`${ref.kind} "${ref.name}" is not there`);
  return data;
}

/** One key of a source; undefined: it is not there and need not be. Throws MissingSource. */
export function readKey(
  sources: Sources,
  ref: SourceRef,
  key: string,
  optional: boolean | undefined,
): Uint8Array | undefined {
  const value = readAll(sources, ref, optional)?.[key];
  if (value === undefined && !optional) throw new MissingSource(`${ref.kind} "${ref.name}" has no key "${key}"`);
  return value;
}
