import type { CompatibilityLevel } from '../../ports/registry.ts';
import { segmentOfSubject } from './addresses.ts';
import { isAbsence, readLevel, wordOfLevel } from './answers.ts';
import { type Call, expectFrom } from './call.ts';
import { registryFault } from './faults.ts';
import type { RegistryRequest } from './transport.ts';

export interface AppliedLevel {
  level: CompatibilityLevel;
  source: 'Subject' | 'Global';
}

export async function readAppliedLevel(call: Call, subject: string): Promise<AppliedLevel> {
  const doing = `cannot read the compatibility level of subject "${subject}"`;
  const own = await readOwnLevel(call, doing, subject);
  if (own !== undefined) return { level: own, source: 'Subject' };
  return { level: await readGlobalLevel(call, doing), source: 'Global' };
}

/** `undefined`: the subject has none of its own. */
async function readOwnLevel(call: Call, doing: string, subject: string): Promise<CompatibilityLevel | undefined> {
  const request: RegistryRequest = { doing, method: 'GET', path: `/config/${segmentOfSubject(subject)}` };
  const answer = await call.ask(request);
  if (isAbsence(answer)) return undefined;
  const level = expectFrom(call, request, answer, readLevel, 'a compatibility level');
  return level === 'None' && (await lacksNone(call)) ? undefined : level;
}

/**
 * Apicurio stores no level None: it answers NONE for each subject that exists without an own level, although the
 * global level applies to it.
 */
async function lacksNone(call: Call): Promise<boolean> {
  return (await call.flavour()) === 'Apicurio';
}

export async function readGlobalLevel(call: Call, doing: string): Promise<CompatibilityLevel> {
  const request: RegistryRequest = { doing, method: 'GET', path: '/config' };
  return expectFrom(call, request, await call.ask(request), readLevel, 'a compatibility level');
}

export async function writeOwnLevel(call: Call, subject: string, level: CompatibilityLevel): Promise<void> {
  const doing = `cannot set the compatibility level of subject "${subject}" to ${level}`;
  if (level === 'None' && (await lacksNone(call))) return fallBackToNone(call, doing, subject);
  const body = { compatibility: wordOfLevel(level) };
  const request: RegistryRequest = {
    doing,
    method: 'PUT',
    path: `/config/${segmentOfSubject(subject)}`,
    body,
    writes: true,
  };
  expectFrom(call, request, await call.ask(request), anyObject, 'a confirmation');
}

async function fallBackToNone(call: Call, doing: string, subject: string): Promise<void> {
  const global = await readGlobalLevel(call, doing);
  if (global === 'None') return removeOwnLevel(call, subject);
  const why = `keeps no level None for a subject, so that its global level ${global} would apply`;
  throw registryFault('rejected', { doing, host: call.host }, why, { code: 'UNSUPPORTED' });
}

export async function removeOwnLevel(call: Call, subject: string): Promise<void> {
  const doing = `cannot remove the compatibility level of subject "${subject}"`;
  const request: RegistryRequest = {
    doing,
    method: 'DELETE',
    path: `/config/${segmentOfSubject(subject)}`,
    writes: true,
  };
  const answer = await call.ask(request);
  if (isAbsence(answer)) return;
  expectFrom(call, request, answer, anyJson, 'a confirmation');
}

function anyObject(json: unknown): object | undefined {
  return typeof json === 'object' && json !== null ? json : undefined;
}

/** Confluent confirms a removal with the level alone, as a string, or with an object. */
function anyJson(json: unknown): { json: unknown } {
  return { json };
}
