import { readFileSync } from 'node:fs';
import { auditTopic } from '../../examples/marketplace/load/audit.ts';
import { createLoad, type Load } from '../../examples/marketplace/load/load.ts';
import { during } from '../setup/progress.mjs';
import type { World } from '../world/world.ts';
import { findOperatorWrites, type OperatorWrites } from './audit-log.ts';
import { readCharged } from './charges.ts';
import * as judge from './checks.ts';
import { History } from './history.ts';
import { lookAround } from './marketplace.ts';
import { type Outcome, type Played, play } from './play.ts';
import type { Screen } from './screen/screen.ts';
import { checkStages, type Stage, Stages, showStages } from './stages.ts';
import { openStand, type Stand } from './stand.ts';

const SHIPPED_TOPIC = 'order.shipped';
const PAID_TOPIC = 'payment.completed';

/** What the load was and what came of it. */
interface Evidence extends Outcome {
  history: History;
  load: Load;
}

/** Shows the marketplace under a load that comes and goes until `signal` aborts. Returns what was not ready at the start. */
export async function showDemo(screen: Screen, signal: AbortSignal): Promise<readonly judge.Check[]> {
  const stand = await openStand(signal);
  const ready = judge.judgeReadiness(stand.readiness);
  try {
    if (ready.ok) await perform(stand, showStages, screen, signal);
    return [ready];
  } finally {
    await stand.close({ keepFiles: !ready.ok });
  }
}

/** Puts the marketplace through calm, burst and quiet, and returns whether everything that is promised was seen. */
export async function checkDemo(screen: Screen, signal: AbortSignal): Promise<readonly judge.Check[]> {
  const stand = await openStand(signal);
  const checks = [judge.judgeReadiness(stand.readiness)];
  let keepFiles = true;
  try {
    if (checks.every(({ ok }) => ok)) {
      const evidence = await perform(stand, checkStages, screen, signal);
      checks.push(...(await judgeAll(evidence, stand.world)));
    }
    keepFiles = !checks.every(({ ok }) => ok);
  } finally {
    const { started, left } = await stand.close({ keepFiles: keepFiles && !signal.aborted });
    checks.push(judge.judgeLeft(started, left));
  }
  return checks;
}

async function perform(stand: Stand, stages: readonly Stage[], screen: Screen, signal: AbortSignal): Promise<Evidence> {
  const { world, reader, addresses } = stand;
  const { shop, page } = addresses;
  const history = new History();
  const load = createLoad({ url: shop, ratePerSecond: 0 });
  const look = () => lookAround(reader, page, signal);
  try {
    const { kubeconfig } = world;
    const outcome = await play(stages, { load, history, screen, look, page, kubeconfig, signal });
    return { ...outcome, history, load };
  } finally {
    screen.close();
    await load.stop();
  }
}

async function judgeAll({ played, overdue, history, load }: Evidence, world: World): Promise<readonly judge.Check[]> {
  const { moves, lag, latest } = history;
  const where = { bootstrapServers: world.kafka.bootstrapServers, registryUrl: world.registry.url };
  const [shipped, paid, charged] = await during('every order.shipped and payment.completed event read', () =>
    Promise.all([
      auditTopic({ ...where, topic: SHIPPED_TOPIC }),
      auditTopic({ ...where, topic: PAID_TOPIC }),
      readCharged(world),
    ]),
  );
  const { eventIds, redeliveries } = shipped;
  const { sent, answered202 } = load.counters();
  const orders = { answered: load.ids, unanswered: sent - answered202, eventIds, redeliveries };
  const burstEndedMs = findStage(played, Stages.burst)?.endedMs ?? 0;
  return [
    judge.judgeStages(checkStages.length, played.length, overdue),
    judge.judgeGrowth(moves),
    judge.judgeShrinking(moves),
    judge.judgeLag({ consumers: latest?.consumers ?? [], records: lag, burstEndedMs }),
    judge.judgeOrders(orders),
    judge.judgeEvents(orders),
    judge.judgeCharges({ answered: load.ids, charged, eventIds: paid.eventIds }),
    judge.judgeQuiet(readQuiet(findStage(played, Stages.quiet), world)),
  ];
}

function findStage(played: readonly Played[], name: string): Played | undefined {
  return played.find(({ stage }) => stage === name);
}

function readQuiet(quiet: Played | undefined, { auditLog }: World): OperatorWrites | undefined {
  return quiet && findOperatorWrites(readFileSync(auditLog, 'utf8').split('\n'), quiet.from, quiet.to);
}
