import { setTimeout as sleep } from 'node:timers/promises';
import { namesOf } from './floor.ts';
import { inNamespace, type Pass, runPhase } from './pass.ts';
import { calmDown } from './stage.ts';
import { median } from './statistics.ts';

const FEW = 10;
const TIMES = 3;
/** How many of the crowd are Ready before the few come: in the middle of it, and not at its end. */
const UNDER_WAY = 0.1;
const POLL_MS = 20;

export interface Tenants {
  few: number;
  crowd: number;
  /** How long the few take while nothing else happens, and in the middle of the crowd: medians. */
  aloneSeconds: number;
  amongSeconds: number;
  /** How long the crowd takes. */
  crowdSeconds: number;
}

/** One namespace creates `crowd` topics while others create ten. Nothing is left. */
export async function measureTenants(pass: Pass, crowd: number): Promise<Tenants> {
  const alone: number[] = [];
  for (let time = 1; time <= TIMES; time += 1) {
    await calmDown(pass.stage);
    alone.push(await createFew(pass, `alone-${time}`));
  }
  await calmDown(pass.stage);
  const among: number[] = [];
  const crowdSeconds = await inNamespace(pass, 'crowd', async (crowded) => {
    const names = namesOf('crowd', crowd);
    const creating = runPhase(crowded, 'create', names);
    while (crowded.readiness.left > crowd * (1 - UNDER_WAY)) await Promise.race([sleep(POLL_MS), creating]);
    for (let time = 1; time <= TIMES; time += 1) {
      const seconds = await createFew(pass, `among-${time}`);
      // Later than the crowd, they were alone again.
      if (crowded.readiness.left > 0) among.push(seconds);
    }
    const { seconds } = await creating;
    await runPhase(crowded, 'delete', names);
    return seconds;
  });
  return { few: FEW, crowd, aloneSeconds: median(alone), amongSeconds: median(among), crowdSeconds };
}

function createFew(pass: Pass, namespace: string): Promise<number> {
  return inNamespace(pass, namespace, async (few) => {
    const names = namesOf(namespace, FEW);
    const { seconds } = await runPhase(few, 'create', names);
    await runPhase(few, 'delete', names);
    return seconds;
  });
}
