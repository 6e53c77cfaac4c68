import { type Placement, readField } from '../fields.ts';
import type { Container, FileSource, KeyToPath, Pod, Volume } from '../pod.ts';
import { MissingSource, readAll, readKey, type SourceRef, type Sources } from '../sources.ts';
import { isApiAccess } from '../unsupported.ts';

/** A file of a volume; `path` is relative to the volume's folder. */
export interface VolumeFile {
  path: string;
  content: Uint8Array;
}

/** A volume's files; one without is an empty folder. */
export interface VolumePlan {
  name: string;
  files: readonly VolumeFile[];
}

/** The volumes of a pod as files, without the token that admission adds by itself. Throws MissingSource. */
export function planVolumes(pod: Pod, placement: Placement, sources: Sources): readonly VolumePlan[] {
  const asked = (pod.spec.volumes ?? []).filter((volume) => !isApiAccess(volume));
  return asked.map((volume) => ({ name: volume.name, files: planFiles(volume, pod, placement, sources) }));
}

function planFiles(volume: Volume, pod: Pod, placement: Placement, sources: Sources): readonly VolumeFile[] {
  const parts: readonly FileSource[] = volume.projected?.sources ?? [volume];
  return parts.flatMap((part) => [
    ...filesOfKeys({ kind: 'ConfigMap', name: part.configMap?.name ?? '' }, part.configMap, sources),
    ...filesOfKeys({ kind: 'Secret', name: part.secret?.secretName ?? part.secret?.name ?? '' }, part.secret, sources),
    ...(part.downwardAPI?.items ?? []).map(({ path, fieldRef }) => {
      const text = readField(pod, placement, fieldRef?.fieldPath ?? '');
      if (text === undefined) throw new MissingSource(`volume "${volume.name}" names an unknown field for "${path}"`);
      return { path, content: Buffer.from(text) };
    }),
  ]);
}

function filesOfKeys(
  ref: SourceRef,
  wanted: { items?: readonly KeyToPath[]; optional?: boolean } | undefined,
  sources: Sources,
): readonly VolumeFile[] {
  if (wanted === undefined) return [];
  if (wanted.items === undefined) {
    const all = Object.entries(readAll(sources, ref, wanted.optional) ?? {});
    return all.map(([path, content]) => ({ path, content }));
  }
  return wanted.items.flatMap(({ key, path }) => {
    const content = readKey(sources, ref, key, wanted.optional);
    return content === undefined ? [] : [{ path, content }];
  });
}

/** Where a container's mounts really are: mount path → folder. */
export type Mounts = ReadonlyMap<string, string>;

/** `folderOf` gives a volume's real folder. Mounts inside others come first. */
export function mountsOf(container: Container, folderOf: (volume: string) => string): Mounts {
  const mounts = (container.volumeMounts ?? [])
    .filter((mount) => !isApiAccess(mount))
    .map((mount): [string, string] => [mount.mountPath.replace(/\/+$/, ''), folderOf(mount.name)]);
  return new Map(mounts.sort(([a], [b]) => b.length - a.length));
}

/**
 * A process has no mount namespace, so a value that is a mount path, or a path below one, is replaced by the real path.
 * Paths inside a longer text stay as they are: for these there is the volume's variable.
 */
export function relocate(value: string, mounts: Mounts): string {
  for (const [mountPath, folder] of mounts) {
    if (value === mountPath || value.startsWith(`${mountPath}/`)) return folder + value.slice(mountPath.length);
  }
  return value;
}

/** The variable that tells a process the real folder of a volume it mounts: `app-config` → `SLUICE_VOLUME_APP_CONFIG`. */
export function volumeVariable(volume: string): string {
  return `SLUICE_VOLUME_${volume.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}
