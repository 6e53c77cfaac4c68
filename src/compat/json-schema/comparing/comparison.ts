import type { Json } from '../../json.ts';
import type { Facts } from '../facts.ts';
import type { JsonSchemaRule } from '../rules.ts';
import type { Samples } from '../samples.ts';
import type { Schema } from '../schema.ts';
import type { Aspect } from '../validity.ts';
import type { Writer } from '../writer.ts';

/** Something that a writer may write and a reader may not take. */
export interface Suspect {
  rule: JsonSchemaRule;
  /** Where it stands in each of the two. */
  reader: string;
  writer: string;
  /** Below the value that is looked at, as `.total` or `[2]`. */
  where: string;
  /** To be read behind `where`. */
  what: string;
  /** If the reader is what can change; if the writer is. */
  fixes: readonly [string, string];
  /** Shows it: seen to be valid under the writer's schemas and not under the reader's. Absent: none was found. */
  witness?: Json;
}

/** What a writer writes meets what a reader asks for. */
export interface Meeting {
  writer: Writer;
  reader: Schema;
}

/** What those who look at one aspect of two schemas need. */
export interface Comparison {
  facts: Facts;
  samples: Samples;
  /** What the reader does not take of what the writer writes; nothing: it was proven that it takes all. */
  diff(writer: Writer, reader: Schema): readonly Suspect[];
  /** The same of a value within the value. */
  diffWithin(writer: Writer, reader: Schema): readonly Suspect[];
  isSame(a: Schema, b: Schema): boolean;
}

export type Prover = (comparison: Comparison, meeting: Meeting, aspect: Aspect) => readonly Suspect[];

/** Of an aspect of a reader: what there is to say about a value that it refuses. */
export function suspect(
  { writer, reader }: Meeting,
  found: Pick<Suspect, 'rule' | 'what' | 'fixes'> & { at?: string; witness: Json | undefined },
): Suspect {
  const { at = '', witness, ...rest } = found;
  return {
    ...rest,
    ...{ reader: `${reader.path}${at}`, writer: writer.path, where: '' },
    ...(witness !== undefined && { witness }),
  };
}

export function unproven(meeting: Meeting, why: string): Suspect {
  const fixes = ['Compare this part by hand.', 'Compare this part by hand.'] as const;
  return suspect(meeting, { rule: 'JsonNotProven', what: `cannot be told: ${why}`, fixes, witness: undefined });
}

/** Tells a value that the reader refuses for this aspect. */
export function refuses({ facts }: Comparison, { reader }: Meeting, aspect: Aspect): (value: Json) => boolean {
  return (value) => facts.validity.holds(aspect, reader, value) === false;
}

/** What was found within a value, as something of the value around it, if one can be made that shows it. */
export function lifted(
  comparison: Comparison,
  { writer }: Meeting,
  {
    step,
    accept,
    around,
  }: { step: string; accept: (value: Json) => boolean; around: (writer: Writer, inner: Json) => Iterable<Json> },
  found: readonly Suspect[],
): readonly Suspect[] {
  return found.map(({ witness: inner, ...rest }) => {
    const witness = inner && comparison.samples.find(writer, (one) => around(one, inner), accept);
    return { ...rest, where: `${step}${rest.where}`, ...(witness && { witness }) };
  });
}

/** As what JSON paths have for a property. */
export function stepTo(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
