import type { CompatibilityLevel } from '../ports/registry.ts';
import { checkAvro } from './avro/check.ts';
import { checkJsonSchema } from './json-schema/check.ts';
import { type Answer, type Direction, inOrder, type Version } from './problem.ts';
import { checkProtobuf } from './protobuf/check.ts';
import type { Numbered } from './versions.ts';

export type SchemaFormat = 'Avro' | 'JSONSchema' | 'Protobuf';

export interface Question {
  format: SchemaFormat;
  level: CompatibilityLevel;
  candidate: Version;
  /** Those that the subject holds, oldest first. */
  versions: readonly Version[];
}

/**
 * Whether the candidate may follow the versions. Pure and bounded: what is too large to be looked at is unproven. A
 * candidate that is no schema is incompatible with everything, whatever the level.
 */
export function checkCompatibility({ format, level, candidate, versions }: Question): Answer {
  const numbered = versions.map((one, index) => numberedOf(one, index));
  const compared = level.endsWith('Transitive') ? numbered : numbered.slice(-1);
  const { verdict, problems } = checkers[format](candidate, compared, directionsOf(level));
  return { verdict, problems: inOrder(problems) };
}

const checkers = { Avro: checkAvro, JSONSchema: checkJsonSchema, Protobuf: checkProtobuf } as const;

function numberedOf(one: Version, index: number): Numbered {
  const version = one.version ?? index + 1;
  return { ...one, version, called: one.called ?? `version ${version}` };
}

function directionsOf(level: CompatibilityLevel): readonly Direction[] {
  switch (level) {
    case 'None':
      return [];
    case 'Backward':
    case 'BackwardTransitive':
      return ['backward'];
    case 'Forward':
    case 'ForwardTransitive':
      return ['forward'];
    case 'Full':
    case 'FullTransitive':
      return ['backward', 'forward'];
  }
}
