import { type Even, evenText } from '../even.ts';
import { isScalar, jsonNameOf } from './reading/build.ts';
import type {
  DeclaredEnum,
  DeclaredExtend,
  DeclaredField,
  DeclaredFile,
  DeclaredMessage,
  DeclaredOption,
  DeclaredReserved,
  DeclaredType,
} from './reading/declared.ts';
import { readFile } from './reading/read-file.ts';
import { define, emptyScope, lookUp, packageScope, type Scope } from './reading/scopes.ts';
import { Unreadable } from './reading/tokens.ts';
import { merged, type Range } from './schema.ts';

/**
 * A Protobuf text with the ways to write the same thing evened out: comments, white space, the order of what has a name or
 * a number, names with and without their package, and a `json_name` that is the default. The order of messages is kept,
 * because clients name a record's message by its place. `undefined`: the text is none, or has a name twice.
 */
export function evenProtobuf(text: string): Even | undefined {
  try {
    return new Evening(readFile(text, '', '')).file();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** Names of what has none in a text; no name of a text has a bracket. */
const key = (name: string) => `(${name})`;

class Evening {
  readonly #file: DeclaredFile;
  readonly #root = emptyScope();
  readonly #scopes: ReadonlyMap<DeclaredType, Scope>;
  readonly #names: ReadonlyMap<DeclaredType, string>;
  #isTwice = false;

  constructor(file: DeclaredFile) {
    this.#file = file;
    const defined = define(file, packageScope(this.#root, file.package));
    this.#scopes = new Map(defined.map(({ type, scope }) => [type, scope]));
    this.#names = new Map(defined.map(({ type, name }) => [type, name]));
  }

  file(): Even | undefined {
    const { edition, package: within, imports, types, extends: extended, options, others } = this.#file;
    const scope = packageScope(this.#root, within);
    const even = this.#map([
      [key('syntax'), evenText(edition)],
      [key('package'), evenText(within)],
      [key('imports'), this.#map(imports.map(({ name, isPublic }) => [name, String(isPublic)]))],
      [key('options'), evenOptions(options)],
      [key('others'), others.map(evenText)],
      ...this.#extends(extended, scope),
      ...this.#types(types),
    ]);
    return this.#isTwice ? undefined : even;
  }

  #types(types: readonly DeclaredType[]): [string, Even][] {
    return [
      [key('messages'), types.flatMap(({ kind, name }) => (kind === 'message' ? [evenText(name)] : []))],
      ...types.map((type): [string, Even] => [
        type.name,
        type.kind === 'message' ? this.#message(type) : this.#enum(type),
      ]),
    ];
  }

  #message(message: DeclaredMessage): Even {
    const scope = this.#scopes.get(message) ?? this.#root;
    const groups = new Set(message.fields.flatMap(({ group }) => (group ? [group.name] : [])));
    return this.#map([
      [key('kind'), groups.has(message.name) ? 'group' : 'message'],
      [key('options'), evenOptions(message.options)],
      [key('extensions'), evenRanges(message.extensions)],
      [key('oneofs'), this.#map(message.oneofs.map(({ name, options }) => [name, evenOptions(options)]))],
      ...evenReserved(message.reserved),
      ...message.fields.map((field): [string, Even] => [field.name, this.#field(field, scope)]),
      ...this.#extends(message.extends, scope),
      ...this.#types(message.types),
    ]);
  }

  #extends(extended: readonly DeclaredExtend[], scope: Scope): [string, Even][] {
    return extended.flatMap(({ type, fields }) =>
      fields.map((field): [string, Even] => [`[${this.#type(type, scope)}] ${field.name}`, this.#field(field, scope)]),
    );
  }

  #field({ name, label, type, key: ofMap, number, oneof, group, options }: DeclaredField, scope: Scope): Even {
    const kept = options.filter((one) => one.name !== 'json_name' || one.value !== JSON.stringify(jsonNameOf(name)));
    return new Map<string, Even>([
      ['number', String(number)],
      ['label', label ?? ''],
      ['type', `${group ? 'group ' : ''}${ofMap === undefined ? '' : `${ofMap} to `}${this.#type(type, scope)}`],
      ['oneof', oneof?.name ?? ''],
      ['options', evenOptions(kept)],
    ]);
  }

  /** With its package, as far as the text says which one. */
  #type(name: string, scope: Scope): string {
    if (isScalar(name)) return name;
    const found = lookUp(name, scope, this.#root);
    return (found && this.#names.get(found.type)) ?? name.replace(/^\./, '');
  }

  #enum({ values, reserved, options }: DeclaredEnum): Even {
    return this.#map([
      [key('kind'), 'enum'],
      [key('first'), evenText(values[0]?.name ?? '')],
      [key('options'), evenOptions(options)],
      ...evenReserved(reserved),
      ...values.map((value): [string, Even] => [value.name, [String(value.number), evenOptions(value.options)]]),
    ]);
  }

  #map(entries: readonly [string, Even][]): Even {
    const even = new Map(entries);
    if (even.size < entries.length) this.#isTwice = true;
    return even;
  }
}

/** An option may be there more than once, and then its order counts. */
function evenOptions(options: readonly DeclaredOption[]): Even {
  const even = new Map<string, string[]>();
  for (const { name, value } of options) {
    const values = even.get(name);
    if (values) values.push(value);
    else even.set(name, [value]);
  }
  return even;
}

function evenReserved({ ranges, names }: DeclaredReserved): [string, Even][] {
  return [
    [key('reserved'), evenRanges(ranges)],
    [key('reserved names'), names.toSorted().map(evenText)],
  ];
}

function evenRanges(ranges: readonly Range[]): Even {
  return merged(ranges).map(({ from, to }) => `${from} to ${to}`);
}
