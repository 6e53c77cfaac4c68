import type { Field, FieldType, Message } from '../schema.ts';
import { type Bytes, fieldBytes, messageWritten, someWritten } from './bytes.ts';

/** Longer data shows nothing that anybody reads. */
const mostBytes = 300;

/** Of what can be written. */
export type Shown = Bytes | 'tooLong';

/** The required fields of a message. `undefined`: it requires itself, without end, so that nobody can write it. */
type Least = Shown | undefined;

/** What of a writer's messages can be written at all. Without recursion, which a deep schema would bring to its end. */
export class Writable {
  readonly #least = new Map<Message, Least>();
  readonly #required = new Map<Message, readonly Field[]>();

  leastOf(message: Message): Least {
    if (!this.#least.has(message)) this.#learn(message);
    return this.#least.get(message);
  }

  canWrite(type: FieldType): boolean {
    return type.kind !== 'message' || this.leastOf(type) !== undefined;
  }

  /** A message with these fields, and what it has to have beside them. */
  withFields(message: Message, numbers: readonly number[], bytes: Shown): Shown {
    if (this.leastOf(message) === 'tooLong' || bytes === 'tooLong') return 'tooLong';
    const others = this.#requiredOf(message).filter(({ number }) => !numbers.includes(number));
    const needed = others.flatMap((field) => this.#leastField(field));
    return needed.length + bytes.length > mostBytes ? 'tooLong' : [...needed, ...bytes];
  }

  /** Every message that it requires, directly or not, those first that require the least. */
  #learn(message: Message): void {
    const all = new Set([message]);
    const dependents = new Map<Message, Message[]>();
    const open = new Map<Message, number>();
    for (const one of all) {
      const needed = this.#requiredOf(one).flatMap(({ type }) => (type.kind === 'message' ? [type] : []));
      open.set(one, needed.length);
      for (const other of needed) {
        all.add(other);
        const known = dependents.get(other);
        if (known) known.push(one);
        else dependents.set(other, [one]);
      }
    }
    const ready = [...all].filter((one) => open.get(one) === 0);
    for (const one of ready) {
      this.#least.set(one, this.#leastNow(one));
      for (const dependent of dependents.get(one) ?? []) {
        const left = (open.get(dependent) ?? 0) - 1;
        open.set(dependent, left);
        if (left === 0) ready.push(dependent);
      }
    }
    for (const one of all) if (!this.#least.has(one)) this.#least.set(one, undefined);
  }

  #leastNow(message: Message): Least {
    const bytes: number[] = [];
    for (const field of this.#requiredOf(message)) {
      if (field.type.kind === 'message' && this.#least.get(field.type) === 'tooLong') return 'tooLong';
      bytes.push(...this.#leastField(field));
      if (bytes.length > mostBytes) return 'tooLong';
    }
    return bytes;
  }

  #leastField(field: Field): Bytes {
    if (field.type.kind !== 'message') return fieldBytes(field.number, someWritten(field.type, true));
    const least = this.#least.get(field.type);
    return least === undefined || least === 'tooLong' ? [] : fieldBytes(field.number, messageWritten(field, least));
  }

  #requiredOf(message: Message): readonly Field[] {
    const known = this.#required.get(message);
    if (known) return known;
    const fields = [...message.fields.values()].filter(
      ({ presence }) => presence === 'required' || presence === 'always',
    );
    this.#required.set(message, fields);
    return fields;
  }
}
