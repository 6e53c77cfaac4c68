import {
  type Enum,
  type Field,
  type FieldType,
  type Message,
  merged,
  type Presence,
  type ScalarName,
  scalars,
} from '../schema.ts';
import type { DeclaredEnum, DeclaredExtend, DeclaredField, DeclaredMessage, DeclaredOption } from './declared.ts';
import { type Features, featuresOfFile, inherited } from './features.ts';
import type { Reading } from './reading.ts';
import { type Defined, isMessage, lookUp, packageScope, type Scope } from './scopes.ts';

type Building<T> = { -readonly [Key in keyof T]: T[Key] };

/** A message while its fields are added. */
interface Open {
  message: Building<Message> & { fields: Map<number, Field>; byName: Map<string, Field> };
  features: Features;
}

/** Makes of what the texts say what it means for data: types for names, and features where they are inherited. */
export class Builder {
  readonly built = new Map<Defined, Message | Enum>();

  readonly #reading: Reading;
  readonly #open = new Map<Defined, Open>();
  readonly #ofScope = new Map<Scope, Features>();

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  build(): void {
    for (const defined of this.#reading.types) this.#begin(defined);
    for (const defined of this.#reading.types) if (isMessage(defined)) this.#fill(defined);
    for (const file of this.#reading.files.values()) {
      const scope = packageScope(this.#reading.root, file.package);
      for (const extend of file.extends) this.#extend(extend, { file, scope, features: featuresOfFile(file) });
    }
  }

  /** Types may be used before they are defined, so all are there before the first field is. */
  #begin(defined: Defined): void {
    const { type, name, localName, file } = defined;
    const features = inherited(this.#outer(defined) ?? featuresOfFile(file), type.options);
    const named = { name, localName, path: type.path, reserved: merged(type.reserved.ranges) };
    if (type.kind === 'enum') {
      this.built.set(defined, enumOf(type, named, features));
      return;
    }
    const isSet = type.options.some((one) => one.name === 'message_set_wire_format' && one.value === 'true');
    const message = { ...named, kind: 'message' as const, fields: new Map(), byName: new Map(), isEntry: false, isSet };
    this.built.set(defined, message);
    this.#ofScope.set(defined.scope, features);
    this.#open.set(defined, { message, features });
  }

  /** Features of the message that it is nested in, which stands in front of it. */
  #outer({ scope, type }: Defined): Features | undefined {
    const outer = type.kind === 'message' ? scope.parent : scope;
    return outer && this.#ofScope.get(outer);
  }

  #fill(defined: Defined<DeclaredMessage>): void {
    const open = this.#open.get(defined);
    if (!open) return;
    const { type, file, scope } = defined;
    for (const field of type.fields) add(open, this.#fieldOf(field, { file, scope, features: open.features }));
    for (const extend of type.extends) this.#extend(extend, { file, scope, features: open.features });
  }

  #extend({ type, fields }: DeclaredExtend, within: Within): void {
    const extended = this.resolve(type, within.scope, within.file);
    const open = extended && this.#open.get(extended);
    if (!open) return;
    for (const field of fields) {
      const name = `[${within.file.package === '' ? '' : `${within.file.package}.`}${field.name}]`;
      add(open, this.#fieldOf({ ...field, name }, within));
    }
  }

  /** What a name means; only what the file sees. */
  resolve(name: string, scope: Scope, file: Defined['file']): Defined | undefined {
    const found = lookUp(name, scope, this.#reading.root);
    return found && this.#reading.visibleFrom(file).has(found.file) ? found : undefined;
  }

  #fieldOf(field: DeclaredField, within: Within): Field {
    const inOneof = field.oneof ? inherited(within.features, field.oneof.options) : within.features;
    const features = inherited(inOneof, field.options);
    if (field.key !== undefined) return this.#mapOf(field, field.key, features, within);
    const type = this.#typeOf(field.type, within);
    const presence = presenceOf(field, type, features, within);
    return {
      ...placed(field),
      ...{ type, presence, isMap: false, oneof: field.oneof?.name },
      isPacked: presence === 'list' && isPackable(type) && isPacked(field, features),
      isDelimited: field.group !== undefined || (type.kind === 'message' && features.message_encoding === 'DELIMITED'),
      checksUtf8: features.utf8_validation === 'VERIFY',
      default: presence === 'implicit' || presence === 'list' ? undefined : optionOf(field.options, 'default'),
    };
  }

  #mapOf(field: DeclaredField, key: string, features: Features, within: Within): Field {
    const part = (name: string, number: number, typeName: string): Field => ({
      ...{ name, jsonName: name, number, path: `${field.path}/${name}`, type: this.#typeOf(typeName, within) },
      ...{
        presence: 'always',
        isMap: false,
        isPacked: false,
        isDelimited: false,
        oneof: undefined,
        default: undefined,
      },
      checksUtf8: features.utf8_validation === 'VERIFY',
    });
    const parts = [part('key', 1, key), part('value', 2, field.type)];
    const entry: Message = {
      ...{ kind: 'message', name: field.name, localName: field.name, path: field.path, reserved: [] },
      ...{ isEntry: true, isSet: false },
      fields: new Map(parts.map((one) => [one.number, one])),
      byName: new Map(parts.map((one) => [one.name, one])),
    };
    return {
      ...placed(field),
      ...{ type: entry, presence: 'list', isMap: true, isPacked: false, isDelimited: false },
      ...{ checksUtf8: false, default: undefined, oneof: undefined },
    };
  }

  #typeOf(name: string, { scope, file }: Within): FieldType {
    if (isScalar(name)) return { kind: 'scalar', name };
    const found = this.resolve(name, scope, file);
    return (found && this.built.get(found)) ?? { kind: 'unknown', name: name.replace(/^\./, '') };
  }
}

interface Within {
  file: Defined['file'];
  scope: Scope;
  features: Features;
}

function add({ message }: Open, field: Field): void {
  if (!message.fields.has(field.number)) message.fields.set(field.number, field);
  if (!message.byName.has(field.name)) message.byName.set(field.name, field);
}

function enumOf(
  type: DeclaredEnum,
  named: Omit<Enum, 'kind' | 'values' | 'byNumber' | 'byName' | 'isClosed'>,
  features: Features,
): Enum {
  const byNumber = new Map<number, string[]>();
  for (const { name, number } of type.values) {
    const names = byNumber.get(number);
    if (names) names.push(name);
    else byNumber.set(number, [name]);
  }
  const byName = new Map(type.values.map((value) => [value.name, value]));
  return { ...named, kind: 'enum', values: type.values, byNumber, byName, isClosed: features.enum_type === 'CLOSED' };
}

function placed(field: DeclaredField) {
  const { name, number, path, options } = field;
  const given = optionOf(options, 'json_name');
  return { name, number, path, jsonName: given === undefined ? jsonNameOf(name) : given.replaceAll('"', '') };
}

function presenceOf({ label, oneof }: DeclaredField, type: FieldType, features: Features, { file }: Within): Presence {
  if (label === 'repeated') return 'list';
  if (label === 'required') return 'required';
  if (oneof || type.kind === 'message') return isLegacyRequired(features, oneof) ? 'required' : 'explicit';
  if (file.syntax !== 'editions') return file.syntax === 'proto2' || label === 'optional' ? 'explicit' : 'implicit';
  if (features.field_presence === 'LEGACY_REQUIRED') return 'required';
  return features.field_presence === 'EXPLICIT' ? 'explicit' : 'implicit';
}

function isLegacyRequired({ field_presence }: Features, oneof: unknown): boolean {
  return oneof === undefined && field_presence === 'LEGACY_REQUIRED';
}

export function isPackable(type: FieldType): boolean {
  return type.kind === 'enum' || (type.kind === 'scalar' && type.name !== 'string' && type.name !== 'bytes');
}

function isPacked({ options }: DeclaredField, features: Features): boolean {
  const asked = optionOf(options, 'packed');
  return asked === undefined ? features.repeated_field_encoding === 'PACKED' : asked === 'true';
}

export function optionOf(options: readonly DeclaredOption[], name: string): string | undefined {
  return options.findLast((one) => one.name === name)?.value;
}

export function isScalar(name: string): name is ScalarName {
  return scalars.some((scalar) => scalar === name);
}

/** As compilers make it of a name: `order_id` is `orderId`. */
export function jsonNameOf(name: string): string {
  return name.replaceAll(/_+(.?)/g, (_, next: string) => next.toUpperCase());
}
