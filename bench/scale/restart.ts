import { setTimeout as sleep } from 'node:timers/promises';
import { countRequests, type RequestCounts, Tail } from '../meters/audit-log.ts';
import { scrape, topicRounds } from '../meters/scrape.ts';
import type { OurOperator } from '../stage/operator.ts';
import { calmDown } from '../stage/stage.ts';
import { eventually } from '../stage/waiting.ts';
import { type Pass, runPhase } from '../topics/pass.ts';

const LOOKED_WITHIN_MS = 120_000;
/** After this, what an operator may put off has been written. */
const QUIET_MS = 5_000;

export interface Restart {
  /** From SIGTERM until a resource that was created in that moment is Ready. */
  workingSeconds: number;
  /** From SIGTERM until the last resource was looked at. */
  allSeconds: number;
  /** What the operator asked of the API server when there was nothing to do. */
  requests: RequestCounts;
}

/** Stops the operator as a rollout would and starts it again: once with nothing to do, once with something. */
export async function measureRestart(pass: Pass, operator: OurOperator, count: number): Promise<Restart> {
  const { stage } = pass;
  await calmDown(stage);
  const log = new Tail(stage.world.auditLog);
  log.read();
  const sinceMs = performance.now();
  await restart(operator);
  const all = async () => topicRounds(await scrape(operator.url)) >= count;
  await eventually(all, LOOKED_WITHIN_MS, 'the operator has not looked at all its topics');
  const allSeconds = (performance.now() - sinceMs) / 1_000;
  await sleep(QUIET_MS);
  const requests = countRequests(log.read(), operator.user);

  await calmDown(stage);
  const restarted = restart(operator);
  // That it has ended for a moment is what this is about.
  const { user, logFile, stop } = operator;
  const patient: Pass = { ...pass, operator: { pid: 0, user, logFile, stop, hasEnded: () => false } };
  const { seconds } = await runPhase(patient, 'create', ['after-restart']);
  await restarted;
  return { workingSeconds: seconds, allSeconds, requests };
}

async function restart({ part }: OurOperator): Promise<void> {
  await part.stop();
  part.launch();
}
