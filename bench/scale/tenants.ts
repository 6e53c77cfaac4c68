import { setTimeout as sleep } from 'node:timers/promises';
import type { Change } from '../stage/kube.ts';
import { inLanes, secondsOf } from '../stage/lanes.ts';
import { calmDown, type Stage } from '../stage/stage.ts';
import { median } from '../statistics.ts';
import { namesOf } from '../topics/floor.ts';
import { inNamespace, type Pass, runPhase } from '../topics/pass.ts';

const FEW = 10;
const TIMES = 3;
/** How many of the crowd are Ready before the few come: in the middle of it, and not at its end. */
const UNDER_WAY = 0.1;
const POLL_MS = 20;

export interface Tenants {
  few: number;
  crowd: number;
  /** How many of the crowd were created in a second; absent: as many as the API server took. */
  perSecond?: number;
  /** How long the few take while nothing else happens, and in the middle of the crowd: medians. */
  aloneSeconds: number;
  amongSeconds: number;
  /** The same for as many objects that no operator looks at: created, then patched. */
  bareAloneSeconds: number;
  bareAmongSeconds: number;
  /** How often the few were done before the crowd was. */
  times: number;
  /** How long the crowd takes. */
  crowdSeconds: number;
}

export interface Crowd {
  /** Its namespace, and how names of all others begin; new. */
  name: string;
  /** Of topics. */
  size: number;
  /** How many it creates in a second; absent: as many as the API server takes. */
  perSecond?: number;
}

/** One namespace creates a crowd of topics while others create ten. Nothing is left. */
export async function measureTenants(pass: Pass, { name, size: crowd, perSecond }: Crowd): Promise<Tenants> {
  const alone: Taken[] = [];
  for (let time = 1; time <= TIMES; time += 1) {
    await calmDown(pass.stage);
    alone.push(await createFew(pass, `${name}-alone-${time}`));
  }
  await calmDown(pass.stage);
  const among: Taken[] = [];
  const crowdSeconds = await inNamespace(pass, name, async (crowded) => {
    const names = namesOf(name, crowd);
    const creating = runPhase(crowded, 'create', names, perSecond);
    const createAmong = async () => {
      while (crowded.readiness.left > crowd * (1 - UNDER_WAY)) await Promise.race([sleep(POLL_MS), creating]);
      for (let time = 1; time <= TIMES; time += 1) {
        const taken = await createFew(pass, `${name}-among-${time}`);
        // Later than the crowd, they were alone again.
        if (crowded.readiness.left > 0) among.push(taken);
      }
    };
    const [{ seconds }] = await Promise.all([creating, createAmong()]);
    await runPhase(crowded, 'delete', names);
    return seconds;
  });
  const middle = (taken: readonly Taken[], field: keyof Taken) => median(taken.map((one) => one[field]));
  return {
    few: FEW,
    crowd,
    crowdSeconds,
    times: among.length,
    ...(perSecond && { perSecond }),
    aloneSeconds: middle(alone, 'seconds'),
    amongSeconds: middle(among, 'seconds'),
    bareAloneSeconds: middle(alone, 'bareSeconds'),
    bareAmongSeconds: middle(among, 'bareSeconds'),
  };
}

interface Taken {
  seconds: number;
  bareSeconds: number;
}

function createFew(pass: Pass, namespace: string): Promise<Taken> {
  return inNamespace(pass, namespace, async (few) => {
    const names = namesOf(namespace, FEW);
    const { seconds } = await runPhase(few, 'create', names);
    const bareSeconds = await secondsOf(() => createBare(pass.stage, namespace, names));
    await runPhase(few, 'delete', names);
    return { seconds, bareSeconds };
  });
}

/** What of it is the API server's part. */
async function createBare({ kube }: Stage, namespace: string, names: readonly string[]): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const inAll = (change: (name: string) => Change) => inLanes(names, names.length, (name) => kube.change(change(name)));
  await inAll((name) => ({ method: 'POST', path, body: { metadata: { name } } }));
  await inAll((name) => ({ method: 'PATCH', path: `${path}/${name}`, body: { data: { of: name } } }));
}
