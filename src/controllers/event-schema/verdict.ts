import type { Worked } from '../../base/bounded-work.ts';
import { answerOf, type Checker } from '../../compat/checker.ts';
import { doubtsIn } from '../../compat/doubts.ts';
import type { Answer, Problem, Text, Version } from '../../compat/problem.ts';
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

/** What a verdict of our own takes: the versions, and somebody who compares. */
export interface Judging<Registry = Reads> {
  registry: Registry;
  checker: Checker;
}

/** Older ones explain nothing that these do not. */
const mostVersions = 50;
/** Nobody reads more. */
const mostProblems = 20;
/** Of one schema, all in all; whatever refers to more is left to the registry. */
const mostReferences = 200;

/**
 * A refusal in our own words where we see its cause, because these have path, rule and version. Where we see none, a
 * verdict on compatibility is the registry's to give; that it cannot read a schema that is one says something of the
 * registry alone.
 */
export async function explainRefusal(
  judging: Judging,
  refused: Refused,
  refusal: RegistryRefusal,
  signal: AbortSignal,
): Promise<RegistryRefusal> {
  const answer = await judge(judging, refused, signal);
  const seen = breaksIn(answer);
  if (seen) return seen;
  return answer.verdict === 'compatible' && refusal.kind === 'invalid' ? { ...refusal, kind: 'unsupported' } : refusal;
}

/**
 * Apicurio registers what has references without comparing it with anything, or with their older versions: our own
 * verdict is the only one. Where nobody else compares, what we cannot prove is refused too: see decision 0068.
 */
export async function refuseUnchecked(
  judging: Judging<Reads & Pick<SchemaRegistry, 'describe'>>,
  offered: Refused,
  signal: AbortSignal,
): Promise<RegistryRefusal | undefined> {
  const { wanted, versions } = offered;
  if (wanted.references.length === 0 || versions.length === 0) return undefined;
  const { flavour } = await judging.registry.describe({ signal });
  if (flavour !== 'Apicurio') return undefined;
  const answer = await judge(judging, offered, signal);
  return breaksIn(answer) ?? (comparesReferring[wanted.format] ? undefined : doubtsOf(answer));
}

/** What we see ourselves against a schema, before any registry is asked to take it. */
export async function refuseBreaks(
  judging: Judging,
  offered: Refused,
  signal: AbortSignal,
): Promise<RegistryRefusal | undefined> {
  return breaksIn(await judge(judging, offered, signal));
}

/** Whether Apicurio compares a schema that has references with the versions before it. */
const comparesReferring: Readonly<Record<SchemaText['format'], boolean>> = { Avro: false, JSONSchema: true };

async function judge(
  { registry, checker }: Judging,
  { wanted, level, ...subject }: Refused,
  signal: AbortSignal,
): Promise<Answer> {
  const [candidate, versions] = await Promise.all([
    withReferences(registry, wanted, signal),
    readCompared(registry, { level, ...subject }, signal),
  ]);
  const worked: Worked<Answer> =
    candidate === undefined
      ? { kind: 'gaveUp', why: `it refers to more than ${mostReferences} schemas` }
      : await checker({ format: wanted.format, level, candidate, versions }, { signal });
  return answerOf(worked);
}

/** What an answer says against a schema. */
export function breaksIn({ problems }: Answer): RegistryRefusal | undefined {
  const breaks = problems.filter(({ severity }) => severity === 'break');
  return breaks.length > 0 ? { kind: kindOf(breaks), problems: describe(breaks), isExplained: true } : undefined;
}

function doubtsOf(answer: Answer): RegistryRefusal | undefined {
  if (answer.verdict !== 'unproven') return undefined;
  return { kind: 'unproven', problems: describe(doubtsIn(answer)) };
}

/** What is wrong with a schema by itself has no version. */
function kindOf(breaks: readonly Problem[]): RegistryRefusal['kind'] {
  return breaks.some(({ version }) => version === undefined) ? 'invalid' : 'incompatible';
}

function describe(problems: readonly Problem[]): readonly string[] {
  const told = problems.slice(0, mostProblems).map(describeProblem);
  return problems.length > mostProblems ? [...told, `and ${problems.length - mostProblems} more`] : told;
}

function describeProblem({ path, message, rule }: Problem): string {
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
