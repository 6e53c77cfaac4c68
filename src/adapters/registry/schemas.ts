import type { CheckResult, RegisteredSchema, RegisterResult, SchemaText, StoredSchema } from '../../ports/registry.ts';
import { segmentOfSubject } from './addresses.ts';
import {
  type Answer,
  errorCodeOf,
  isAbsence,
  isIncompatible,
  isInvalidSchema,
  readId,
  readRegistered,
  readStored,
  readVerdict,
  readVersions,
} from './answers.ts';
import { type Call, expectFrom } from './call.ts';
import { readAppliedLevel } from './levels.ts';
import { readProblems } from './problems.ts';
import type { RegistryRequest } from './transport.ts';

export async function listVersions(call: Call, subject: string): Promise<readonly number[] | undefined> {
  const doing = `cannot list the versions of subject "${subject}"`;
  const request: RegistryRequest = { doing, method: 'GET', path: `/subjects/${segmentOfSubject(subject)}/versions` };
  const answer = await call.ask(request);
  if (isAbsence(answer)) return undefined;
  return expectFrom(call, request, answer, readVersions, 'a list of versions');
}

export async function readVersion(
  call: Call,
  subject: string,
  version: number | 'latest',
): Promise<StoredSchema | undefined> {
  const doing = `cannot read ${version === 'latest' ? 'the latest version' : `version ${version}`} of subject "${subject}"`;
  const path = `/subjects/${segmentOfSubject(subject)}/versions/${version}`;
  const request: RegistryRequest = { doing, method: 'GET', path };
  const answer = await call.ask(request);
  if (isAbsence(answer)) return undefined;
  return expectFrom(call, request, answer, readStored, 'a schema with its id and version');
}

/** A schema that the registry cannot even read is in no version. */
export async function lookup(call: Call, subject: string, schema: SchemaText): Promise<RegisteredSchema | undefined> {
  const doing = `cannot look up a schema of subject "${subject}"`;
  const path = `/subjects/${segmentOfSubject(subject)}?normalize=${schema.normalize}`;
  const request: RegistryRequest = { doing, method: 'POST', path, body: toBody(schema) };
  const answer = await call.ask(request);
  if (isAbsence(answer) || isInvalidSchema(answer)) return undefined;
  return expectFrom(call, request, answer, readRegistered, 'a schema id and version');
}

/**
 * Asks about the versions that the level means: Apicurio compares with all of them whatever the level, although it
 * then registers by the level; for `latest` alone, all registries agree.
 */
export async function check(call: Call, subject: string, schema: SchemaText): Promise<CheckResult> {
  const { level } = await readAppliedLevel(call, subject);
  const answer = await askForVerdict(call, subject, schema, level.endsWith('Transitive'));
  if (isAbsence(answer)) return { compatible: true };
  if (isInvalidSchema(answer)) return { compatible: 'unknown', problems: readProblems(answer) };
  const compatible = expectFrom(call, toCheck(subject, schema, ''), answer, readVerdict, 'a verdict');
  return compatible ? { compatible } : { compatible, problems: readProblems(answer) };
}

async function askForVerdict(call: Call, subject: string, schema: SchemaText, allVersions: boolean): Promise<Answer> {
  const latest = toCheck(subject, schema, '/latest');
  if (!allVersions) return call.ask(latest);
  const answer = await call.ask(toCheck(subject, schema, ''));
  // Karapace has no route for all versions; under a transitive level it means all of them by `latest`.
  return isNoRoute(answer) ? call.ask(latest) : answer;
}

function toCheck(subject: string, schema: SchemaText, version: '' | '/latest'): RegistryRequest {
  const path = `/compatibility/subjects/${segmentOfSubject(subject)}/versions${version}`;
  return {
    doing: `cannot check a schema for subject "${subject}"`,
    method: 'POST',
    path: `${path}?verbose=true&normalize=${schema.normalize}`,
    body: toBody(schema),
  };
}

function isNoRoute(answer: Answer): boolean {
  return (answer.status === 404 || answer.status === 405) && errorCodeOf(answer) === undefined;
}

export async function register(call: Call, subject: string, schema: SchemaText): Promise<RegisterResult> {
  const doing = `cannot register a schema for subject "${subject}"`;
  const path = `/subjects/${segmentOfSubject(subject)}/versions?normalize=${schema.normalize}`;
  const request: RegistryRequest = { doing, method: 'POST', path, body: toBody(schema), writes: true };
  const answer = await call.ask(request);
  if (isIncompatible(answer)) return { kind: 'incompatible', problems: readProblems(answer) };
  if (isInvalidSchema(answer)) return { kind: 'invalid', problems: readProblems(answer) };
  return { kind: 'registered', id: expectFrom(call, request, answer, readId, 'a schema id') };
}

const schemaTypes: Readonly<Record<SchemaText['format'], string>> = { Avro: 'AVRO', JSONSchema: 'JSON' };

/** Without `schemaType` Apicurio guesses the format from the text. */
function toBody({ format, schema, references }: SchemaText): object {
  const body = { schema, schemaType: schemaTypes[format] };
  return references.length === 0 ? body : { ...body, references };
}
