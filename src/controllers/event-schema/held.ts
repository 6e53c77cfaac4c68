import { areOneSchema, type Difference, differencesOf } from '../../compat/sameness.ts';
import type {
  RegisteredSchema,
  SchemaReference,
  SchemaRegistry,
  SchemaText,
  StoredSchema,
} from '../../ports/registry.ts';

/** What a subject holds of a schema. */
export interface Held {
  /** The version that holds this very schema, as far as the registry keeps it. */
  registered: RegisteredSchema | undefined;
  /** What that version says otherwise, although the registry has taken the schema as it is written. */
  notStored: readonly Difference[];
  /** In its normal form the registry takes this schema for another one. */
  normalFormLoses: boolean;
}

export const nothingHeld: Held = { registered: undefined, notStored: [], normalFormLoses: false };

export interface Search {
  registry: Pick<SchemaRegistry, 'lookup' | 'readVersion'>;
  subject: string;
  wanted: SchemaText;
  /** The newest version. */
  latest: StoredSchema | undefined;
  /** The id under which the registry has taken the schema as it is written. */
  takenId: number | undefined;
}

/**
 * Where a subject holds a schema. What the registry takes for the same schema is only where to look: whether it is, the
 * text that is stored there says.
 */
export async function findHeld(search: Search, signal: AbortSignal): Promise<Held> {
  const { wanted, latest, takenId } = search;
  if (latest === undefined) return nothingHeld;
  if (isSame(wanted, latest)) return heldBy(latest);
  const normalized = wanted.normalize ? await lookUp(search, true, signal) : undefined;
  if (normalized && isSame(wanted, normalized)) return heldBy(normalized);
  const exact = await lookUp(search, false, signal);
  if (exact && isSame(wanted, exact)) return heldBy(exact);
  const taken = [exact, normalized].find((found) => found !== undefined && found.id === takenId);
  if (taken) return { ...heldBy(taken), notStored: differences(wanted, taken) };
  return { ...nothingHeld, normalFormLoses: normalized !== undefined };
}

function heldBy({ id, version }: StoredSchema): Held {
  return { ...nothingHeld, registered: { id, version } };
}

async function lookUp(search: Search, normalize: boolean, signal: AbortSignal): Promise<StoredSchema | undefined> {
  const { registry, subject, wanted, latest } = search;
  const found = await registry.lookup(subject, { ...wanted, normalize }, { signal });
  if (found === undefined || found.version === latest?.version) return found && latest;
  return registry.readVersion(subject, found.version, { signal });
}

/** The same text is another schema in another format. */
function isSame(wanted: SchemaText, stored: StoredSchema): boolean {
  return (
    haveSameFormat(wanted, stored) &&
    haveSameReferences(wanted, stored) &&
    areOneSchema(wanted.format, wanted.schema, stored.schema)
  );
}

function differences(wanted: SchemaText, stored: StoredSchema): readonly Difference[] {
  if (!haveSameFormat(wanted, stored)) return [{ path: 'format', matters: true }];
  const inText = differencesOf(wanted.format, wanted.schema, stored.schema);
  return haveSameReferences(wanted, stored) ? inText : [...inText, { path: 'references', matters: true }];
}

function haveSameFormat(wanted: SchemaText, { format = 'Avro' }: StoredSchema): boolean {
  return wanted.format === format;
}

function haveSameReferences(wanted: SchemaText, stored: StoredSchema): boolean {
  return describeReferences(wanted.references) === describeReferences(stored.references);
}

function describeReferences(references: readonly SchemaReference[]): string {
  return JSON.stringify(
    references.map(({ name, subject, version }) => JSON.stringify([name, subject, version])).sort(),
  );
}
