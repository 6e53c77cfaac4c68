import type { Direction, Problem } from '../../problem.ts';
import { type AvroRule, avroRules } from '../rules.ts';
import { type AvroSchema, type DefinedType, describeType, type NamedType, type Type } from '../schema.ts';

/** One of the two schemas, and how messages call it. */
export interface Side {
  schema: AvroSchema;
  called: string;
}

/** Two types that meet when data is read, and what for. */
export interface Pair {
  reader: Type;
  writer: Type;
  /** For messages, as `field "amount" of record "Order"`. */
  where: string;
}

/** Of pairs of types that meet and of branches that are looked through; a schema of a person takes some thousands. */
const mostSteps = 1_000_000;

/** Nobody reads more, and each takes memory. */
const mostProblems = 5_000;

/** One look at how data that the writer wrote is read by the reader. */
export class Comparison {
  readonly reader: Side;
  readonly writer: Side;
  readonly direction: Direction;
  readonly problems: Problem[] = [];

  readonly #version: number;
  readonly #queue: Pair[] = [];
  readonly #seen = new Map<NamedType, Set<NamedType>>();
  #steps = 0;

  constructor(reader: Side, writer: Side, direction: Direction, version: number) {
    this.reader = reader;
    this.writer = writer;
    this.direction = direction;
    this.#version = version;
  }

  /** Types with names can meet again and again, which brings nothing new and may have no end. */
  isNew(reader: NamedType, writer: NamedType): boolean {
    const writers = this.#seen.get(reader) ?? new Set();
    if (writers.has(writer)) return false;
    this.#seen.set(reader, writers.add(writer));
    return true;
  }

  later(pair: Pair): void {
    this.#queue.push(pair);
  }

  /** Without recursion, which a deep schema would bring to its end. */
  next(): Pair | undefined {
    this.count(1);
    return this.gaveUp ? undefined : this.#queue.pop();
  }

  count(steps: number): void {
    this.#steps += steps;
  }

  get gaveUp(): boolean {
    return this.#steps > mostSteps || this.problems.length > mostProblems;
  }

  /** Whether the candidate, which alone can change, reads. */
  get isBackward(): boolean {
    return this.direction === 'backward';
  }

  /** The place is the candidate's. */
  find(rule: AvroRule, at: { reader: { path: string }; writer: { path: string } }, what: string, fix: string): void {
    const severity = avroRules[rule];
    const [reader, writer] = [this.reader.called, this.writer.called];
    const lead = severity === 'break' ? 'cannot read' : 'reads';
    this.problems.push({
      ...{ rule, severity, path: (this.isBackward ? at.reader : at.writer).path },
      ...{ version: this.#version, direction: this.direction },
      message: `${reader} ${lead} what ${writer} writes: ${what}`,
      fix,
    });
  }
}

/** Two types of one kind that meet. */
export interface Met<T extends DefinedType> {
  reader: T;
  writer: T;
  where: string;
}

export function typeChanged(comparison: Comparison, reader: DefinedType, writer: DefinedType, where: string): void {
  const what = `${where} is written as ${describeType(writer)} and read as ${describeType(reader)}`;
  comparison.find('AvroTypeChanged', { reader, writer }, what, 'Keep the type, or add a new field for the new one.');
}
