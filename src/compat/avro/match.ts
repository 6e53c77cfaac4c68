import {
  type AvroSchema,
  type DefinedType,
  defined,
  type NamedType,
  type PrimitiveName,
  simpleName,
  type Type,
} from './schema.ts';

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

export type Match = 'same' | 'similar';

/**
 * Whether the reader's type is for what the writer's is for; what is inside may still not resolve. `similar`: by
 * promotion, or by a name without its namespace.
 */
export function matches(reader: DefinedType, writer: DefinedType, aliases: AvroSchema['aliases']): Match | undefined {
  if (reader.kind === 'primitive' && writer.kind === 'primitive') {
    if (reader.name === writer.name) return 'same';
    return promotes(writer.name, reader.name) ? 'similar' : undefined;
  }
  if (reader.kind !== writer.kind) return undefined;
  if (!isNamed(reader) || !isNamed(writer)) return 'same';
  if (reader.kind === 'fixed' && writer.kind === 'fixed' && reader.size !== writer.size) return undefined;
  return namesMatch(reader, writer, aliases);
}

export function isNamed(type: DefinedType): type is NamedType {
  return type.kind === 'record' || type.kind === 'enum' || type.kind === 'fixed';
}

/** By the specification, aliases of the reader rename what the writer wrote, and namespaces do not count. */
export function namesMatch(reader: NamedType, writer: NamedType, aliases: AvroSchema['aliases']): Match | undefined {
  const written = aliases.get(writer.name) ?? writer.name;
  if (written === reader.name) return 'same';
  return simpleName(written) === simpleName(reader.name) ? 'similar' : undefined;
}

export interface Chosen {
  branch: Type;
  /** An earlier branch would take it, by the letter of the specification; libraries prefer the same type. */
  outrunBy: Type | undefined;
}

/** The branch of a reader's union that takes what the writer wrote; `undefined`: none does. */
export function chooseBranch(
  branches: readonly Type[],
  writer: DefinedType,
  reader: Pick<AvroSchema, 'named' | 'aliases'>,
): Chosen | undefined {
  let first: Type | undefined;
  for (const branch of branches) {
    const match = matches(defined(branch, reader), writer, reader.aliases);
    if (match === 'same') return { branch, outrunBy: first };
    if (match === 'similar') first ??= branch;
  }
  return first && { branch: first, outrunBy: undefined };
}
