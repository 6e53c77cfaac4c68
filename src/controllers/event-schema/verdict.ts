import { checkCompatibility } from '../../compat/check.ts';
import type { Problem, Text, Verdict, Version } from '../../compat/problem.ts';
import type { CompatibilityLevel, SchemaReference, SchemaRegistry, SchemaText } from '../../ports/registry.ts';
import type { RegistryRefusal } from './observed.ts';

/** What a refused schema was compared with. */
export interface Refused {
  subject: string;
  wanted: SchemaText;
  level: CompatibilityLevel;
  /** Of the subject, ascending. */
  versions: readonly number[];
}

type Reads = Pick<SchemaRegistry, 'readVersion'>;

/** Older ones explain nothing that these do not. */
const mostVersions = 50;
/** Nobody reads more. */
const mostBreaks = 20;
/** Of one schema, all in all; whatever refers to more is left to the registry. */
const mostReferences = 200;

/**
 * A refusal in our own words where we see its cause, because these have path, rule and version. Where we see none, a
 * verdict on compatibility is the registry's to give; that it cannot read a schema that is one says something of the
 * registry alone.
 */
export async function explainRefusal(
  registry: Reads,
  refused: Refused,
  refusal: RegistryRefusal,
  signal: AbortSignal,
): Promise<RegistryRefusal> {
  const { verdict, breaks } = await judge(registry, refused, signal);
  if (breaks.length > 0) return refusalFor(breaks);
  return verdict === 'compatible' && refusal.kind === 'invalid' ? { ...refusal, kind: 'unsupported' } : refusal;
}

/** Apicurio registers what has references without comparing it with anything: there, our own verdict is the only one. */
export async function refuseUnchecked(
  registry: Reads & Pick<SchemaRegistry, 'describe'>,
  offered: Refused,
  signal: AbortSignal,
): Promise<RegistryRefusal | undefined> {
  if (offered.wanted.references.length === 0 || offered.versions.length === 0) return undefined;
  const { flavour } = await registry.describe({ signal });
  return flavour === 'Apicurio' ? refuseBreaks(registry, offered, signal) : undefined;
}

/** What we see ourselves against a schema, before any registry is asked to take it. */
export async function refuseBreaks(
  registry: Reads,
  offered: Refused,
  signal: AbortSignal,
): Promise<RegistryRefusal | undefined> {
  const { breaks } = await judge(registry, offered, signal);
  return breaks.length > 0 ? refusalFor(breaks) : undefined;
}

interface Judged {
  verdict: Verdict;
  breaks: readonly Problem[];
}

async function judge(registry: Reads, { wanted, level, ...subject }: Refused, signal: AbortSignal): Promise<Judged> {
  const [candidate, versions] = await Promise.all([
    withReferences(registry, wanted, signal),
    readCompared(registry, { level, ...subject }, signal),
  ]);
  if (candidate === undefined) return { verdict: 'unproven', breaks: [] };
  const { verdict, problems } = checkCompatibility({ format: wanted.format, level, candidate, versions });
  return { verdict, breaks: problems.filter(({ severity }) => severity === 'break') };
}

function refusalFor(breaks: readonly Problem[]): RegistryRefusal {
  return { kind: kindOf(breaks), problems: describeBreaks(breaks) };
}

/** What is wrong with a schema by itself has no version. */
function kindOf(breaks: readonly Problem[]): RegistryRefusal['kind'] {
  return breaks.some(({ version }) => version === undefined) ? 'invalid' : 'incompatible';
}

function describeBreaks(breaks: readonly Problem[]): readonly string[] {
  const told = breaks.slice(0, mostBreaks).map(describeBreak);
  return breaks.length > mostBreaks ? [...told, `and ${breaks.length - mostBreaks} more`] : told;
}

function describeBreak({ path, message, rule }: Problem): string {
  return `${path || '/'}: ${message} (${rule})`;
}

async function readCompared(
  registry: Reads,
  { subject, level, versions }: Omit<Refused, 'wanted'>,
  signal: AbortSignal,
): Promise<readonly Version[]> {
  const compared = versions.slice(level.endsWith('Transitive') ? -mostVersions : -1);
  const read = await Promise.all(
    compared.map(async (version) => {
      const stored = await registry.readVersion(subject, version, { signal });
      const text = stored && (await withReferences(registry, stored, signal));
      return text && { version, ...text };
    }),
  );
  return read.filter((version) => version !== undefined);
}

/** Deep: what the references of a schema refer to is part of it. `undefined`: they are too many. */
async function withReferences(
  registry: Reads,
  { schema, references }: Pick<SchemaText, 'schema' | 'references'>,
  signal: AbortSignal,
): Promise<Text | undefined> {
  const texts: { name: string; text: string }[] = [];
  const open = [...references];
  const seen = new Set<string>();
  for (let reference = open.shift(); reference; reference = open.shift()) {
    const key = keyOf(reference);
    if (seen.has(key)) continue;
    if (seen.size === mostReferences) return undefined;
    seen.add(key);
    const stored = await registry.readVersion(reference.subject, reference.version, { signal });
    if (stored === undefined) continue;
    texts.push({ name: reference.name, text: stored.schema });
    open.push(...stored.references);
  }
  return { text: schema, references: texts };
}

function keyOf({ name, subject, version }: SchemaReference): string {
  return JSON.stringify([name, subject, version]);
}
