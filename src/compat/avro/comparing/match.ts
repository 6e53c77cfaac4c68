import {
  type AvroSchema,
  type DefinedType,
  defined,
  type NamedType,
  type PrimitiveName,
  simpleName,
  type Type,
} from '../schema.ts';

/** What the specification lets a reader make of what was written. */
const promotions: Readonly<Partial<Record<PrimitiveName, readonly PrimitiveName[]>>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
};

export function promotes(writer: PrimitiveName, reader: PrimitiveName): boolean {
  return promotions[writer]?.includes(reader) ?? false;
}

/**
 * Whether the reader's type is for what the writer's is for; what is inside may still not resolve. From the best to the
 * least: the same type or full name, an alias, a name without its namespace or a promotion.
 */
const ranks = ['same', 'alias', 'similar'] as const;

export type Match = (typeof ranks)[number];

export function matches(reader: DefinedType, writer: DefinedType): Match | undefined {
  if (reader.kind === 'primitive' && writer.kind === 'primitive') {
    if (reader.name === writer.name) return 'same';
    return promotes(writer.name, reader.name) ? 'similar' : undefined;
  }
  if (reader.kind !== writer.kind) return undefined;
  if (!isNamed(reader) || !isNamed(writer)) return 'same';
  if (reader.kind === 'fixed' && writer.kind === 'fixed' && reader.size !== writer.size) return undefined;
  return namesMatch(reader, writer);
}

export function isNamed(type: DefinedType): type is NamedType {
  return type.kind === 'record' || type.kind === 'enum' || type.kind === 'fixed';
}

/** By the specification, an alias of the reader is a name of what was written, and namespaces do not count. */
export function namesMatch(reader: NamedType, writer: NamedType): Match | undefined {
  if (reader.name === writer.name) return 'same';
  if (reader.aliases.includes(writer.name)) return 'alias';
  return simpleName(writer.name) === simpleName(reader.name) ? 'similar' : undefined;
}

export interface Chosen {
  branch: Type;
  /** An earlier branch would take it, by the letter of the specification; libraries prefer the better match. */
  outrunBy: Type | undefined;
}

/** The branch of a reader's union that takes what the writer wrote; `undefined`: none does. */
export function chooseBranch(
  branches: readonly Type[],
  writer: DefinedType,
  reader: Pick<AvroSchema, 'named'>,
): Chosen | undefined {
  let first: Type | undefined;
  let best: { branch: Type; match: Match } | undefined;
  for (const branch of branches) {
    const match = matches(defined(branch, reader), writer);
    if (match === undefined) continue;
    first ??= branch;
    if (best === undefined || ranks.indexOf(match) < ranks.indexOf(best.match)) best = { branch, match };
    if (match === 'same') break;
  }
  return best && { branch: best.branch, outrunBy: best.branch === first ? undefined : first };
}
