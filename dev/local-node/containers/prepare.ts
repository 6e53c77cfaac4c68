import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '../../../src/ports/fault.ts';
import type { Placement } from '../fields.ts';
import type { Container, Pod } from '../pod.ts';
import { MissingSource, referencesOf, type SourceData, type SourceRef, type Sources } from '../sources.ts';
import { type Environment, expand, resolveEnvironment } from './environment.ts';
import { findImage, nameOf } from './images.ts';
import type { Launch } from './process.ts';
import { mountsOf, planVolumes, relocate, type VolumePlan, volumeVariable } from './volumes.ts';

export interface PodFolders {
  /** Volumes and temporary files; it goes when the pod does. */
  work: string;
  /** Logs, which stay. */
  logs: string;
}

/** A container of a pod that has its place. */
export interface PlacedContainer {
  pod: Pod;
  container: Container;
  placement: Placement;
  folders: PodFolders;
}

export interface Preparer {
  imagesFile: string;
  /** What the folders in the images file are relative to. */
  root: string;
  /** `PATH` for commands of pods. */
  searchPath: string;
  readSource(namespace: string, ref: SourceRef): Promise<SourceData | undefined>;
}

/** A container that can be started, or why it has to wait. */
export type Prepared =
  | { kind: 'launch'; launch: Launch; imageID: string }
  | { kind: 'wait'; cause: 'image' | 'config'; message: string };

export async function prepareLaunch(placed: PlacedContainer, preparer: Preparer): Promise<Prepared> {
  const { container, pod } = placed;
  const image = await findImage(container.image, preparer.imagesFile, preparer.root);
  if (image.folder === undefined) return { kind: 'wait', cause: 'image', message: image.message };
  if (container.command === undefined) {
    const message = `container "${container.name}" has no command, and a folder has none of its own`;
    return { kind: 'wait', cause: 'config', message };
  }
  try {
    const sources = await readSources(pod, container, preparer);
    const launch = await createLaunch(placed, container.command, image.folder, sources, preparer);
    return { kind: 'launch', launch, imageID: `folder:${nameOf(image.folder, preparer.root)}` };
  } catch (error) {
    if (!(error instanceof MissingSource || error instanceof Fault)) throw error;
    return { kind: 'wait', cause: 'config', message: error.message };
  }
}

async function readSources(pod: Pod, container: Container, preparer: Preparer): Promise<Sources> {
  const namespace = pod.metadata.namespace ?? '';
  const read = async (ref: SourceRef) => [keyOf(ref), await preparer.readSource(namespace, ref)] as const;
  const found = new Map(await Promise.all(referencesOf(pod, container).map(read)));
  return { get: (kind, name) => found.get(keyOf({ kind, name })) };
}

function keyOf(ref: SourceRef): string {
  return `${ref.kind}/${ref.name}`;
}

async function createLaunch(
  placed: PlacedContainer,
  command: readonly string[],
  cwd: string,
  sources: Sources,
  { searchPath }: Preparer,
): Promise<Launch> {
  const { pod, container, placement, folders } = placed;
  const folderOf = (volume: string) => path.join(folders.work, 'volumes', volume);
  const mounts = mountsOf(container, folderOf);
  const asked = resolveEnvironment(container, pod, placement, sources);
  await writeVolumes(planVolumes(pod, placement, sources), folderOf);
  await mkdir(temporaryFolder(folders), { recursive: true });
  return {
    command: [...command, ...(container.args ?? [])].map((part) => relocate(expand(part, asked), mounts)),
    cwd,
    logFile: path.join(folders.logs, `${container.name}.log`),
    env: {
      PATH: searchPath,
      ...ownVariables(placed),
      ...Object.fromEntries([...mounts.values()].map((real) => [volumeVariable(path.basename(real)), real])),
      ...Object.fromEntries([...asked].map(([name, value]) => [name, relocate(value, mounts)])),
    },
  };
}

/** What each process gets without asking. */
function ownVariables({ pod, placement, folders }: PlacedContainer): Environment {
  return {
    HOME: folders.work,
    TMPDIR: temporaryFolder(folders),
    HOSTNAME: pod.metadata.name,
    // All pods share one network: a server that binds to all addresses would take the port from the others.
    POD_IP: placement.podIP,
  };
}

function temporaryFolder(folders: PodFolders): string {
  return path.join(folders.work, 'tmp');
}

async function writeVolumes(volumes: readonly VolumePlan[], folderOf: (volume: string) => string): Promise<void> {
  for (const { name, files } of volumes) {
    await mkdir(folderOf(name), { recursive: true, mode: 0o700 });
    for (const file of files) {
      const target = path.join(folderOf(name), file.path);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, file.content, { mode: 0o600 });
    }
  }
}
