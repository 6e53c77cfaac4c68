import {
  type CompatibilityLevel,
  type RegisteredSchema,
  readOnlyCode,
  type SchemaReference,
  type StoredSchema,
} from '../../ports/registry.ts';

/** A complete HTTP answer. */
export interface Answer {
  status: number;
  /** The parsed body; `undefined` when it is not JSON. */
  json: unknown;
  /** The body in words, for messages: `an empty body`, `text/html instead of JSON`. */
  came: string;
  retryAfterMs: number | undefined;
}

const maxTextLength = 300;

/** Server text as one line that is safe to show: no control characters, bounded. */
export function tidyText(text: string): string {
  const line = text
    .slice(0, maxTextLength * 4)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length > maxTextLength ? `${line.slice(0, maxTextLength - 1).toWellFormed()}…` : line.toWellFormed();
}

export function readField(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined;
}

/** The registry's own error number, such as 40401. A 4xx without one came from something else, such as a proxy. */
export function errorCodeOf(answer: Answer): number | undefined {
  const code = readField(answer.json, 'error_code');
  return Number.isSafeInteger(code) ? Number(code) : undefined;
}

export function errorMessageOf(answer: Answer): string | undefined {
  const message = readField(answer.json, 'message');
  return typeof message === 'string' ? tidyText(message) : undefined;
}

export function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300 && answer.json !== undefined;
}

/** "Not there", said by a registry; a wrong address answers 404 as well, but without its error number. */
/** Whether another try may be answered: it is busy, or not up yet. */
export function isMomentary({ status }: Answer): boolean {
  return status === 429 || status === 503;
}

export function isAbsence(answer: Answer): boolean {
  return answer.status === 404 && errorCodeOf(answer) !== undefined;
}

export function isIncompatible(answer: Answer): boolean {
  return answer.status === 409 && errorCodeOf(answer) !== undefined;
}

const invalidSchema = 42201;

/** A verdict on the schema itself. Karapace answers 400 for bad references, with the number of a bad schema. */
export function isInvalidSchema(answer: Answer): boolean {
  const code = errorCodeOf(answer);
  if (code === undefined || String(code) === readOnlyCode) return false;
  return answer.status === 422 || (answer.status === 400 && code === invalidSchema);
}

const levelByWord: ReadonlyMap<unknown, CompatibilityLevel> = new Map([
  ['NONE', 'None'],
  ['BACKWARD', 'Backward'],
  ['BACKWARD_TRANSITIVE', 'BackwardTransitive'],
  ['FORWARD', 'Forward'],
  ['FORWARD_TRANSITIVE', 'ForwardTransitive'],
  ['FULL', 'Full'],
  ['FULL_TRANSITIVE', 'FullTransitive'],
]);

/** `BackwardTransitive` as registries spell it: `BACKWARD_TRANSITIVE`. */
export function wordOfLevel(level: CompatibilityLevel): string {
  return level.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}

/** The readers below give `undefined` for an answer that does not have the shape they expect. */
export function readLevel(json: unknown): CompatibilityLevel | undefined {
  return levelByWord.get(readField(json, 'compatibilityLevel'));
}

export function readVersions(json: unknown): readonly number[] | undefined {
  if (!Array.isArray(json) || !json.every(isVersion)) return undefined;
  return [...new Set<number>(json)].sort((a, b) => a - b);
}

export function readId(json: unknown): number | undefined {
  const id = readField(json, 'id');
  return isId(id) ? id : undefined;
}

export function readRegistered(json: unknown): RegisteredSchema | undefined {
  const id = readId(json);
  const version = readField(json, 'version');
  return id !== undefined && isVersion(version) ? { id, version } : undefined;
}

/** Registries leave out an empty list of references. */
export function readStored(json: unknown): StoredSchema | undefined {
  const registered = readRegistered(json);
  const schema = readField(json, 'schema');
  const references = readReferences(readField(json, 'references') ?? []);
  if (registered === undefined || typeof schema !== 'string' || references === undefined) return undefined;
  const type = readField(json, 'schemaType') ?? 'AVRO';
  if (type === 'AVRO') return { ...registered, schema, references };
  return { ...registered, schema, references, format: type === 'JSON' ? 'JSONSchema' : 'Other' };
}

function readReferences(json: unknown): readonly SchemaReference[] | undefined {
  if (!Array.isArray(json)) return undefined;
  const references = json.map(readReference);
  return references.every((reference) => reference !== undefined) ? references : undefined;
}

function readReference(json: unknown): SchemaReference | undefined {
  const [name, subject, version] = ['name', 'subject', 'version'].map((field) => readField(json, field));
  if (typeof name !== 'string' || typeof subject !== 'string' || !isVersion(version)) return undefined;
  return { name, subject, version };
}

export function readVerdict(json: unknown): boolean | undefined {
  const verdict = readField(json, 'is_compatible');
  return typeof verdict === 'boolean' ? verdict : undefined;
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
