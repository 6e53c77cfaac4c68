import { elapsed } from '../setup/progress.mjs';
import type { OperatorWrites } from './audit-log.ts';
import type { LagRecord, Move } from './history.ts';
import type { ConsumerLook } from './look.ts';
import type { ProcessRow } from './processes.ts';
import type { Unready } from './readiness.ts';
import { Stages } from './stages.ts';

/** Something the demo promises, and what was seen of it. */
export interface Check {
  name: string;
  ok: boolean;
  figure: string;
}

export interface Readiness {
  /** Resources and Deployments. */
  total: number;
  unready: readonly Unready[];
  tookMs: number;
}

export interface OrderEvidence {
  /** Of the orders that were answered 202. */
  answered: ReadonlySet<string>;
  /** Orders that got another answer, or none. */
  unanswered: number;
  /** By order: the distinct ids of its order.shipped events. */
  eventIds: ReadonlyMap<string, ReadonlySet<string>>;
  /** Further records with an event id that was there before. */
  redeliveries: number;
}

export interface ChargeEvidence {
  /** Of the orders that were answered 202. */
  answered: ReadonlySet<string>;
  /** The orders that the payment service's own table says are charged. */
  charged: ReadonlySet<string>;
  /** By order: the distinct ids of its payment.completed events. */
  eventIds: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface LagEvidence {
  /** As last seen. */
  consumers: readonly ConsumerLook[];
  records: ReadonlyMap<string, LagRecord>;
  burstEndedMs: number;
}

export function judgeReadiness({ total, unready, tookMs }: Readiness): Check {
  const waiting = unready.map(({ name, why }) => `; ${name}: ${why}`).join('');
  const figure = `${total - unready.length} of ${total} after ${elapsed(tookMs)}${waiting}`;
  return { name: 'all resources became Ready', ok: total > 0 && unready.length === 0, figure };
}

/** `overdue` is the stage that did not end in time, with what it looked like. */
export function judgeStages(total: number, ended: number, overdue: string | undefined): Check {
  const figure = overdue === undefined ? `${ended} of ${total}` : `${ended} of ${total}; ${overdue}`;
  return { name: 'every stage came to its end', ok: ended === total, figure };
}

export function judgeGrowth(moves: readonly Move[]): Check {
  const growths = moves.filter(({ stage, from, to }) => stage === Stages.burst && to > from);
  return { name: 'a consumer grew in the burst', ok: growths.length > 0, figure: describeMoves(growths) };
}

export function judgeShrinking(moves: readonly Move[]): Check {
  const grown = new Set(
    moves.filter(({ stage, from, to }) => stage === Stages.burst && to > from).map(({ consumer }) => consumer),
  );
  const burst = moves.findLastIndex(({ stage }) => stage === Stages.burst);
  const shrinks = moves.slice(burst + 1).filter(({ consumer, from, to }) => to < from && grown.has(consumer));
  return { name: 'it shrank after the burst', ok: shrinks.length > 0, figure: describeMoves(shrinks) };
}

function describeMoves(moves: readonly Move[]): string {
  return moves.map(({ consumer, from, to }) => `${consumer} ${from} → ${to}`).join(', ') || 'none did';
}

export function judgeLag({ consumers, records, burstEndedMs }: LagEvidence): Check {
  const late = consumers.filter(({ withinObjective }) => !withinObjective).map(({ name }) => name);
  const all = [...records.values()];
  const highest = Math.max(0, ...all.map(({ highestSeconds }) => highestSeconds));
  const lastOver = all.flatMap(({ lastOverMs }) => lastOverMs ?? []);
  const objectives = [...new Set(consumers.map(({ objectiveSeconds }) => `${objectiveSeconds} s`))].join(', ');
  const back =
    lastOver.length === 0
      ? `never over the objective of ${objectives}`
      : `back under ${objectives} ${describeAfter(Math.max(...lastOver) - burstEndedMs)}`;
  const figure = late.length > 0 ? `not known to be under ${objectives}: ${late.join(', ')}` : back;
  const ok = consumers.length > 0 && late.length === 0;
  return { name: 'lag came back under the objective', ok, figure: `at worst ${atLeast(highest)}; ${figure}` };
}

/** A lag of the status is rounded down. */
export function atLeast(seconds: number): string {
  return seconds === 0 ? '0 s' : `≥ ${seconds} s`;
}

function describeAfter(ms: number): string {
  return ms <= 0 ? 'before the burst was over' : `${elapsed(ms)} after the burst`;
}

export function judgeOrders({ answered, unanswered, eventIds }: OrderEvidence): Check {
  const lost = [...answered].filter((id) => !eventIds.has(id)).length;
  const strangers = [...eventIds.keys()].filter((id) => !answered.has(id)).length;
  const parts = [
    `${count(answered.size)} answered 202, ${count(eventIds.size)} shipped`,
    ...(lost > 0 ? [`${count(lost)} not shipped`] : []),
    ...(strangers > 0 ? [`${count(strangers)} shipped without a 202`] : []),
    ...(unanswered > 0 ? [`${count(unanswered)} had another answer or none`] : []),
  ];
  const ok = answered.size > 0 && lost === 0 && strangers === 0;
  return { name: 'the orders answered 202 are the orders shipped', ok, figure: parts.join('; ') };
}

export function judgeEvents({ eventIds, redeliveries }: OrderEvidence): Check {
  const ids = new Set([...eventIds.values()].flatMap((own) => [...own]));
  const once = [...eventIds.values()].filter((own) => own.size === 1).length;
  const ok = eventIds.size > 0 && once === eventIds.size && ids.size === eventIds.size;
  const figure = `${count(ids.size)} event ids for ${count(eventIds.size)} orders; ${describeRedeliveries(redeliveries)}`;
  return { name: 'each has exactly one order.shipped event', ok, figure };
}

export function judgeCharges({ answered, charged, eventIds }: ChargeEvidence): Check {
  const missing = [...answered].filter((id) => !charged.has(id)).length;
  const strangers = [...charged].filter((id) => !answered.has(id)).length;
  const notOnce = [...charged].filter((id) => eventIds.get(id)?.size !== 1).length;
  const parts = [
    `${count(charged.size)} charged for ${count(answered.size)} orders`,
    ...(missing > 0 ? [`${count(missing)} not charged`] : []),
    ...(strangers > 0 ? [`${count(strangers)} charged without a 202`] : []),
    ...(notOnce > 0 ? [`${count(notOnce)} without exactly one payment.completed event`] : []),
  ];
  const ok = answered.size > 0 && missing === 0 && strangers === 0 && notOnce === 0;
  return { name: 'each order was charged once', ok, figure: parts.join('; ') };
}

function describeRedeliveries(redeliveries: number): string {
  return redeliveries === 1 ? '1 redelivery dropped' : `${count(redeliveries)} redeliveries dropped`;
}

/** `undefined`: it did not come to that. */
export function judgeQuiet(writes: OperatorWrites | undefined): Check {
  const name = 'in the quiet the operator wrote only its Lease';
  if (!writes) return { name, ok: false, figure: 'there was no quiet' };
  const { lease, others } = writes;
  const kinds = [...Map.groupBy(others, (other) => other)].map(([what, same]) => `${same.length} × ${what}`);
  const figure = `${count(lease)} renewals, ${[`${count(others.length)} other writes`, ...kinds].join('; ')}`;
  return { name, ok: lease > 0 && others.length === 0, figure };
}

/** `started` is how many processes there were before the end. */
export function judgeLeft(started: number, left: readonly ProcessRow[]): Check {
  const those = left.map(({ pid, command }) => `; ${pid} ${command.slice(0, 80)}`).join('');
  const figure = `${count(left.length)} of ${count(started)} processes${those}`;
  return { name: 'nothing is left running', ok: started > 0 && left.length === 0, figure };
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
