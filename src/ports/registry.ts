export interface RegistryCallOptions {
  signal: AbortSignal;
}

/** Compatibility levels in the API's own words. */
export type CompatibilityLevel =
  | 'None'
  | 'Backward'
  | 'BackwardTransitive'
  | 'Forward'
  | 'ForwardTransitive'
  | 'Full'
  | 'FullTransitive';

export interface SchemaReference {
  /** The name by which the schema text refers to it. */
  name: string;
  subject: string;
  version: number;
}

export interface SchemaText {
  format: 'Avro' | 'JSONSchema';
  schema: string;
  references: readonly SchemaReference[];
  normalize: boolean;
}

export interface RegisteredSchema {
  id: number;
  version: number;
}

/** A version as the registry gives it back. */
export interface StoredSchema extends RegisteredSchema {
  schema: string;
  /** Absent: Avro, the type that registries leave out. */
  format?: SchemaText['format'] | 'Other';
  references: readonly SchemaReference[];
}

export interface RegistryState {
  /** What answers there. */
  flavour: 'Confluent' | 'Apicurio' | 'Karapace' | 'Unknown';
}

export type CheckResult =
  | { compatible: true }
  | { compatible: false; problems: readonly string[] }
  /** The registry cannot judge this schema without registering it, or cannot read it; `register` tells which. */
  | { compatible: 'unknown'; problems: readonly string[] };

export type RegisterResult =
  | { kind: 'registered'; id: number }
  | { kind: 'incompatible'; problems: readonly string[] }
  | { kind: 'invalid'; problems: readonly string[] };

/** Code of the Fault with which a registry, or a subject in it, takes no changes for the time being. */
export const readOnlyCode = '42205';

/** Code of the Fault with which a registry fails without saying at what. */
export const failedCode = '500';

/** One schema registry with the Confluent API. Every call throws only Fault; "not there" is `undefined`. */
export interface SchemaRegistry {
  describe(options: RegistryCallOptions): Promise<RegistryState>;
  /** The level that applies to `subject`, and whether the subject or the whole registry sets it. */
  readLevel(
    subject: string,
    options: RegistryCallOptions,
  ): Promise<{ level: CompatibilityLevel; source: 'Subject' | 'Global' }>;
  /** `undefined` removes the subject's own level, so that the registry's applies again. */
  writeLevel(subject: string, level: CompatibilityLevel | undefined, options: RegistryCallOptions): Promise<void>;
  /** Ascending; `undefined`: no such subject. */
  listVersions(subject: string, options: RegistryCallOptions): Promise<readonly number[] | undefined>;
  /** `undefined`: no such subject or version. */
  readVersion(
    subject: string,
    version: number | 'latest',
    options: RegistryCallOptions,
  ): Promise<StoredSchema | undefined>;
  /**
   * The version of `subject` that the registry takes for this very schema. Normalized, some pass over defaults of enums,
   * aliases and documentation: whether it holds them, `readVersion` tells.
   */
  lookup(subject: string, schema: SchemaText, options: RegistryCallOptions): Promise<RegisteredSchema | undefined>;
  /** Checks against the versions that the subject's level asks for. Writes nothing. */
  check(subject: string, schema: SchemaText, options: RegistryCallOptions): Promise<CheckResult>;
  register(subject: string, schema: SchemaText, options: RegistryCallOptions): Promise<RegisterResult>;
  close(): Promise<void>;
}

/** Which servers a client trusts, and how it proves its identity. It goes into no log, message or metric. */
export interface RegistrySecurity {
  /** PEM. Absent: the public authorities. */
  ca?: string;
  login?: { username: string; password: string } | { token: string };
}

export interface RegistryTarget {
  name: string;
  url: string;
  /** May change while the client is used; requests that are sent from then on carry it. */
  security?: RegistrySecurity;
}

export interface RegistryConnections {
  to(target: RegistryTarget): SchemaRegistry;
  retain(names: ReadonlySet<string>): void;
}
