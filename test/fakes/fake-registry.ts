import { Fault } from '../../src/ports/fault.ts';
import type {
  CheckResult,
  CompatibilityLevel,
  RegisteredSchema,
  RegisterResult,
  RegistryCallOptions,
  RegistryConnections,
  RegistryState,
  SchemaReference,
  SchemaRegistry,
  SchemaText,
  StoredSchema,
} from '../../src/ports/registry.ts';
import { type IsCompatible, recordsCompatible } from './records-compatible.ts';

/** A registry in memory that answers as a real one does. Tests read and change its state directly. */
export class FakeRegistry implements SchemaRegistry {
  readonly subjects = new Map<string, StoredSchema[]>();
  readonly levels = new Map<string, CompatibilityLevel>();
  globalLevel: CompatibilityLevel = 'Backward';
  flavour: RegistryState['flavour'] = 'Confluent';
  /** Attributes that its normal form drops, so that schemas which differ in them only count as the same one. */
  forgetful: readonly string[] = [];
  /** Attributes that it does not store. */
  lossy: readonly string[] = [];
  /** Requests that asked for a change and arrived, whether it was made or not. */
  writes = 0;

  isCompatible: IsCompatible;

  readonly #ids = new Map<string, number>();
  /** The newest versions that were deleted, by subject. */
  readonly #newest = new Map<string, number>();
  /** What becomes of coming calls, by how many calls are still before them. */
  #fates: { after: number; fault: Fault; arrives: boolean }[] = [];
  #down: Fault | undefined;
  #readOnly: Fault | undefined;

  constructor(isCompatible: IsCompatible = recordsCompatible) {
    this.isCompatible = isCompatible;
  }

  /** Every call fails until `comeBack`. */
  goDown(fault: Fault = refused()): void {
    this.#down = fault;
  }

  /** It takes no changes until `comeBack`. */
  failWrites(fault: Fault): void {
    this.#readOnly = fault;
  }

  /** As anybody may: softly, so that its number is not given again. */
  deleteVersion(subject: string, version: number): void {
    const left = this.subjects.get(subject)?.filter((stored) => stored.version !== version) ?? [];
    this.#newest.set(subject, Math.max(version, this.#newest.get(subject) ?? 0));
    if (left.length > 0) this.subjects.set(subject, left);
    else this.subjects.delete(subject);
  }

  comeBack(): void {
    this.#down = undefined;
    this.#readOnly = undefined;
  }

  /** The n-th call from now (1 is the next) fails before it has done anything. */
  failCall(n: number, fault: Fault = refused()): void {
    this.#fates.push({ after: n - 1, fault, arrives: false });
  }

  /** The n-th call from now (1 is the next) does its work, but its answer is lost. */
  loseAnswer(n: number, fault: Fault = refused()): void {
    this.#fates.push({ after: n - 1, fault, arrives: true });
  }

  describe(options: RegistryCallOptions): Promise<RegistryState> {
    return this.#call(options, () => ({ flavour: this.flavour }));
  }

  readLevel(subject: string, options: RegistryCallOptions): ReturnType<SchemaRegistry['readLevel']> {
    return this.#call(options, () => {
      const own = this.levels.get(subject);
      return own === undefined ? { level: this.globalLevel, source: 'Global' } : { level: own, source: 'Subject' };
    });
  }

  writeLevel(subject: string, level: CompatibilityLevel | undefined, options: RegistryCallOptions): Promise<void> {
    return this.#call(options, () => {
      this.#beginWrite();
      if (level === undefined) this.levels.delete(subject);
      else this.levels.set(subject, level);
    });
  }

  listVersions(subject: string, options: RegistryCallOptions): Promise<readonly number[] | undefined> {
    return this.#call(options, () => this.subjects.get(subject)?.map(({ version }) => version));
  }

  readVersion(
    subject: string,
    version: number | 'latest',
    options: RegistryCallOptions,
  ): Promise<StoredSchema | undefined> {
    return this.#call(options, () => {
      const versions = this.subjects.get(subject);
      return version === 'latest' ? versions?.at(-1) : versions?.find((stored) => stored.version === version);
    });
  }

  lookup(subject: string, schema: SchemaText, options: RegistryCallOptions): Promise<RegisteredSchema | undefined> {
    return this.#call(options, () => this.#find(subject, schema));
  }

  check(subject: string, schema: SchemaText, options: RegistryCallOptions): Promise<CheckResult> {
    return this.#call(options, () => {
      const invalid = this.#invalidIn(schema);
      if (invalid.length > 0) return { compatible: 'unknown', problems: invalid };
      const problems = this.#incompatibleIn(subject, schema);
      return problems.length === 0 ? { compatible: true } : { compatible: false, problems };
    });
  }

  register(subject: string, schema: SchemaText, options: RegistryCallOptions): Promise<RegisterResult> {
    return this.#call(options, () => {
      this.#beginWrite();
      const invalid = this.#invalidIn(schema);
      if (invalid.length > 0) return { kind: 'invalid', problems: invalid };
      const found = this.#find(subject, schema);
      if (found !== undefined) return { kind: 'registered', id: found.id };
      const problems = this.#incompatibleIn(subject, schema);
      if (problems.length > 0) return { kind: 'incompatible', problems };
      return { kind: 'registered', id: this.#add(subject, schema) };
    });
  }

  async close(): Promise<void> {}

  async #call<T>(options: RegistryCallOptions, work: () => T): Promise<T> {
    const [fate] = this.#fates.filter(({ after }) => after === 0);
    this.#fates = this.#fates.filter(({ after }) => after > 0).map((later) => ({ ...later, after: later.after - 1 }));
    if (options.signal.aborted)
      throw new Fault('registry', 'unavailable', 'the call was cancelled', { code: 'ABORTED' });
    if (this.#down !== undefined) throw this.#down;
    if (fate !== undefined && !fate.arrives) throw fate.fault;
    const answer = work();
    if (fate !== undefined) throw fate.fault;
    return answer;
  }

  #beginWrite(): void {
    this.writes += 1;
    if (this.#readOnly !== undefined) throw this.#readOnly;
  }

  #find(subject: string, schema: SchemaText): RegisteredSchema | undefined {
    const identity = (one: Identity) => identityOf(this.#stored(one), schema.normalize ? this.forgetful : undefined);
    const same = (stored: StoredSchema) =>
      (stored.format ?? 'Avro') === schema.format && identity(stored) === identity(schema);
    const stored = this.subjects.get(subject)?.find(same);
    return stored && { id: stored.id, version: stored.version };
  }

  #stored<Schema extends Identity>(one: Schema): Schema {
    return this.lossy.length === 0 ? one : { ...one, schema: normalFormOf(one.schema, this.lossy) };
  }

  #add(subject: string, text: SchemaText): number {
    const { schema, references } = this.#stored(text);
    const ofFormat = text.format === 'Avro' ? {} : { format: text.format };
    const identity = JSON.stringify([text.format, identityOf({ schema, references }, undefined)]);
    const id = this.#ids.get(identity) ?? this.#ids.size + 1;
    this.#ids.set(identity, id);
    const versions = this.subjects.get(subject) ?? [];
    const newest = Math.max(versions.at(-1)?.version ?? 0, this.#newest.get(subject) ?? 0);
    this.subjects.set(subject, [...versions, { id, version: newest + 1, schema, references, ...ofFormat }]);
    return id;
  }

  #invalidIn({ schema, references }: SchemaText): readonly string[] {
    if (!isReadable(schema)) return ['the text is not an Avro schema'];
    const missing = references.filter((wanted) => !this.#has(wanted));
    return missing.map(({ subject, version }) => `no version ${version} of subject ${subject}`).sort();
  }

  #has(reference: SchemaReference): boolean {
    return this.subjects.get(reference.subject)?.some(({ version }) => version === reference.version) ?? false;
  }

  #incompatibleIn(subject: string, { schema }: SchemaText): readonly string[] {
    const level = this.levels.get(subject) ?? this.globalLevel;
    const all = level === 'None' ? [] : (this.subjects.get(subject) ?? []);
    const compared = level.endsWith('Transitive') ? all : all.slice(-1);
    const broken = compared.filter((previous) => !this.isCompatible(previous.schema, schema, level));
    return broken.map(({ version }) => `not ${level} compatible with version ${version}`).sort();
  }
}

/** Connections that give `registry` for every target. */
export function connectionsTo(
  registry: SchemaRegistry,
): { to(target: unknown): SchemaRegistry } & Pick<RegistryConnections, 'retain'> {
  return { to: () => registry, retain: () => {} };
}

function refused(): Fault {
  return new Fault('registry', 'unavailable', 'registry fake:8081 refused the connection', { code: 'ECONNREFUSED' });
}

type Identity = Pick<SchemaText, 'schema' | 'references'>;

/** Equal for schemas that count as the same one; `forgotten`: what does not count in normal form, else texts are compared. */
function identityOf({ schema, references }: Identity, forgotten: readonly string[] | undefined): string {
  const text = forgotten === undefined ? schema : normalFormOf(schema, forgotten);
  return JSON.stringify([text, references.map(({ name, subject, version }) => [name, subject, version])]);
}

/** Without the order of keys, the spaces, and the attributes that are dropped. */
function normalFormOf(schema: string, dropped: readonly string[]): string {
  return isReadable(schema) ? JSON.stringify(sortKeys(JSON.parse(schema), dropped)) : schema;
}

function sortKeys(json: unknown, dropped: readonly string[]): unknown {
  if (Array.isArray(json)) return json.map((item) => sortKeys(item, dropped));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json)
      .filter(([key]) => !dropped.includes(key))
      .sort()
      .map(([key, value]) => [key, sortKeys(value, dropped)]),
  );
}

/** Far from all of Avro's rules: JSON, and a record has a name and fields. */
function isReadable(schema: string): boolean {
  try {
    const json = JSON.parse(schema);
    return json?.type !== 'record' || (typeof json.name === 'string' && Array.isArray(json.fields));
  } catch {
    return false;
  }
}
