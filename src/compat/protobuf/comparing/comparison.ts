import type { ProtobufRule } from '../rules.ts';
import type { Field, Message } from '../schema.ts';
import { type Bytes, messageWritten, oneBytes } from './bytes.ts';
import { type Shown, Writable } from './writable.ts';

/** Two messages that meet, of which the writer's can be written, and how the writer comes to its own from one that may be a record. */
export interface Meeting {
  reader: Message;
  writer: Message;
  /** Absent: it is a record itself. */
  through?: { field: Field; meeting: Meeting };
}

/** What a rule found. `fixes`: where the candidate reads, and where it writes. */
export interface Suspect {
  rule: ProtobufRule;
  reader: { path: string };
  writer: { path: string };
  what: string;
  fixes: readonly [reads: string, writes: string];
  /** Of a break: a record of this message that shows it, as it is written. Absent if it is long. */
  witness?: { message: Message; bytes: Bytes };
}

/** Of pairs of messages and fields that meet; a schema of a person takes some thousands. */
const mostSteps = 300_000;

/** Nobody reads more, and each takes memory. */
const mostSuspects = 5_000;

/** One look at how data that the writer wrote is read by the reader. */
export class Comparison {
  readonly suspects: Suspect[] = [];
  readonly writable = new Writable();

  readonly #queue: Meeting[] = [];
  readonly #seen = new Map<Message, Set<Message>>();
  readonly #told = new Set<string>();
  readonly #met = new Set<Message>();
  #steps = 0;

  /** Messages can meet again and again, which brings nothing new and may have no end. */
  later(meeting: Meeting): void {
    const writers = this.#seen.get(meeting.reader) ?? new Set();
    if (writers.has(meeting.writer)) return;
    this.#seen.set(meeting.reader, writers.add(meeting.writer));
    this.#met.add(meeting.writer);
    this.#queue.push(meeting);
  }

  hasMet(writer: Message): boolean {
    return this.#met.has(writer);
  }

  /** Without recursion, which a deep schema would bring to its end; what is near a record first. */
  *meetings(): Iterable<Meeting> {
    for (const meeting of this.#queue) {
      if (this.gaveUp) return;
      yield meeting;
    }
  }

  count(steps: number): void {
    this.#steps += steps;
  }

  get gaveUp(): boolean {
    return this.#steps > mostSteps || this.suspects.length > mostSuspects;
  }

  note(suspect: Omit<Suspect, 'witness'>): void {
    this.#tell(suspect);
  }

  /** With `bytes` for the fields of these numbers in the writer's message, which are its datum. */
  break(suspect: Omit<Suspect, 'witness'>, meeting: Meeting, numbers: readonly number[], bytes: Shown): void {
    const witness = this.#recordWith(meeting, numbers, bytes);
    this.#tell(witness === undefined ? suspect : { ...suspect, witness });
  }

  /** What several fields share is told once. */
  #tell(suspect: Suspect): void {
    const key = JSON.stringify([suspect.rule, suspect.reader.path, suspect.writer.path]);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.suspects.push(suspect);
  }

  #recordWith(meeting: Meeting, numbers: readonly number[], bytes: Shown): Suspect['witness'] {
    let at = meeting;
    let written = this.writable.withFields(at.writer, numbers, bytes);
    for (; at.through; at = at.through.meeting) {
      if (written === 'tooLong') return undefined;
      const { field, meeting: outer } = at.through;
      const inner = oneBytes(field, messageWritten(field, written));
      written = this.writable.withFields(outer.writer, [field.number], inner);
    }
    return written === 'tooLong' ? undefined : { message: at.writer, bytes: written };
  }
}
