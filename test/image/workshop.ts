import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { basesIn, basesRecipe } from '../../dev/containers/bases.ts';
import { buildBases } from '../../dev/containers/image.ts';
import { type Outcome, openRoom, type Room } from '../../dev/containers/room.ts';
import { ensurePart } from '../../dev/setup/cache.mjs';
import { lockFor } from '../../dev/setup/lock.mjs';
import { openNursery } from '../../dev/setup/processes.mjs';
import { createToken, installAccount, NAMESPACE } from '../../dev/world/operator.ts';
import { RUNS, type World } from '../../dev/world/world.ts';

/** Of a part that is built while tests run, nobody watches the steps. */
export const unwatched = { say: () => {} };

/** A room with both bases in it. */
export interface Workshop {
  room: Room;
  /** Runs the image as a cluster would run it at its strictest, and in the network of the test's world. */
  runImage(args: readonly string[], options?: { input?: string }): Promise<Outcome>;
  close(): Promise<void>;
}

export async function openWorkshop(): Promise<Workshop> {
  mkdirSync(RUNS, { recursive: true });
  const folder = mkdtempSync(join(RUNS, 'image-'));
  const nursery = await openNursery({ hold: [lockFor('run', folder)] });
  const room = await openRoom(join(folder, 'room'), nursery);
  await buildBases(room, basesIn(await ensurePart(basesRecipe(), unwatched)));
  const confined = [
    ...['--pull=never', '--network=host', `--cgroup-parent=${room.cgroupParent}`, '--cgroups=no-conmon'],
    ...['--read-only', '--read-only-tmpfs=false', '--cap-drop=all', '--security-opt=no-new-privileges'],
  ];
  return {
    room,
    runImage: (args, options) => room.try('podman', ['run', ...confined, ...args], options),
    close: async () => {
      await room.close();
      await nursery.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a kubelet mounts into the operator's pod, and the environment that goes with it, as arguments for `runImage`. */
export async function accountOf(world: World): Promise<readonly string[]> {
  await installAccount(world);
  const folder = join(world.folder, 'account');
  mkdirSync(folder);
  const files = { token: await createToken(world), 'ca.crt': world.controlPlane.authority, namespace: NAMESPACE };
  // Read by a user who is nobody here. The world's folder lets only us in.
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o644 });
  const { hostname, port } = new URL(world.controlPlane.url);
  return [
    ...['--volume', `${folder}:/var/run/secrets/kubernetes.io/serviceaccount:ro`],
    ...['--env', `KUBERNETES_SERVICE_HOST=${hostname}`, '--env', `KUBERNETES_SERVICE_PORT=${port}`],
  ];
}
