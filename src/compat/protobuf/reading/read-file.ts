import { maxLevels } from '../../json.ts';
import type {
  DeclaredEnum,
  DeclaredExtend,
  DeclaredField,
  DeclaredFile,
  DeclaredMessage,
  DeclaredOneof,
  DeclaredOption,
  DeclaredReserved,
  Label,
} from './declared.ts';
import { type Token, Tokens, Unreadable } from './tokens.ts';

const maxFieldNumber = 536_870_911;
const maxEnumNumber = 2_147_483_647;

/** Reads a text word for word. Throws `Unreadable` where it is no Protobuf. */
export function readFile(text: string, name: string, prefix: string): DeclaredFile {
  return new Reading(text.replace(/^\uFEFF/, ' '), name, prefix).file();
}

class Reading {
  readonly #tokens: Tokens;
  readonly #file: DeclaredFile;
  readonly #prefix: string;
  #level = 0;

  constructor(text: string, name: string, prefix: string) {
    this.#tokens = new Tokens(text);
    this.#prefix = prefix;
    this.#file = {
      ...{ name, text, syntax: 'proto2', edition: 'proto2', syntaxAt: 0, package: '' },
      ...{ imports: [], types: [], extends: [], options: [], others: [] },
    };
  }

  file(): DeclaredFile {
    if (this.#is('syntax') || this.#is('edition')) this.#syntax();
    while (this.#tokens.next.kind !== 'end') this.#topLevel();
    return this.#file;
  }

  #syntax(): void {
    const isEdition = this.#take().text === 'edition';
    this.#expect('=');
    const { text, at } = this.#text();
    this.#expect(';');
    if (!isEdition && text !== 'proto2' && text !== 'proto3') {
      throw new Unreadable(`syntax "${text}" is neither "proto2" nor "proto3"`, at);
    }
    this.#file.syntax = isEdition ? 'editions' : (text as 'proto2' | 'proto3');
    this.#file.edition = text;
    this.#file.syntaxAt = at;
  }

  #topLevel(): void {
    if (this.#skips(';')) return;
    const token = this.#tokens.next;
    switch (token.text) {
      case 'import':
        this.#import();
        return;
      case 'package':
        this.#take();
        this.#file.package = this.#dotted();
        this.#expect(';');
        return;
      case 'option':
        this.#take();
        this.#file.options.push(this.#option());
        this.#expect(';');
        return;
      case 'service':
        this.#take();
        this.#service();
        return;
      case 'export':
      case 'local':
        this.#take();
        if (!this.#is('message') && !this.#is('enum')) throw unexpected(this.#tokens.next, 'message or enum');
        this.#file.others.push(`${token.text} /${this.#file.types.length}`);
        return;
      case 'message':
        this.#file.types.push(this.#message(this.#prefix));
        return;
      case 'enum':
        this.#file.types.push(this.#enum(this.#prefix));
        return;
      case 'extend':
        this.#file.extends.push(this.#extend(this.#prefix));
        return;
      default:
        throw unexpected(token, 'message, enum, extend, service, import, package or option');
    }
  }

  #import(): void {
    const { at } = this.#take();
    const how = this.#tokens.next.kind === 'word' ? this.#take().text : '';
    const { text } = this.#text();
    this.#expect(';');
    // An import of options carries no types of data.
    if (how === 'option') this.#file.others.push(`import option ${text}`);
    else this.#file.imports.push({ name: text, isPublic: how === 'public', at });
  }

  #message(parent: string): DeclaredMessage {
    this.#take();
    const { text: name, at } = this.#name();
    return this.#messageBody(name, at, `${parent}/${name}`);
  }

  #messageBody(name: string, at: number, path: string): DeclaredMessage {
    const message: DeclaredMessage = {
      ...{ kind: 'message', name, at, path, fields: [], oneofs: [], types: [], extends: [], extensions: [] },
      ...{ reserved: { ranges: [], names: [] }, options: [] },
    };
    this.#block(() => this.#inMessage(message));
    return message;
  }

  #inMessage(message: DeclaredMessage): void {
    // A field's type may have any name, so what follows tells what it is.
    const token = this.#take();
    if (token.kind === 'word' && this.#tokens.next.kind === 'word') {
      switch (token.text) {
        case 'export':
        case 'local':
          if (this.#is('message') || this.#is('enum')) {
            this.#file.others.push(`${token.text} ${message.path}/${message.types.length}`);
            this.#inMessage(message);
            return;
          }
          break;
        case 'message': {
          const { text, at } = this.#name();
          if (this.#is('{')) message.types.push(this.#messageBody(text, at, `${message.path}/${text}`));
          else this.#fieldOf(message, undefined, token.text, text, at);
          return;
        }
        case 'enum': {
          const { text, at } = this.#name();
          if (this.#is('{')) message.types.push(this.#enumBody(text, at, `${message.path}/${text}`));
          else this.#fieldOf(message, undefined, token.text, text, at);
          return;
        }
        case 'oneof':
          this.#oneof(message);
          return;
        case 'option':
          message.options.push(this.#option());
          this.#expect(';');
          return;
        case 'reserved':
          this.#reserved(message.reserved, maxFieldNumber);
          return;
        case 'extend':
          message.extends.push(this.#extendBody(this.#dotted(), token.at, message.path));
          return;
      }
    }
    if (token.text === 'option' && this.#is('(')) {
      message.options.push(this.#option());
      this.#expect(';');
      return;
    }
    if (token.text === 'extend' && this.#is('.')) {
      message.extends.push(this.#extendBody(this.#dotted(), token.at, message.path));
      return;
    }
    if (token.text === 'reserved') {
      this.#reserved(message.reserved, maxFieldNumber);
      return;
    }
    if (token.text === 'extensions' && this.#tokens.next.kind === 'number') {
      message.extensions.push(...this.#ranges(maxFieldNumber));
      const options = this.#is('[') ? this.#options() : [];
      for (const { name, value } of options) this.#file.others.push(`extensions ${message.path} ${name} ${value}`);
      this.#expect(';');
      return;
    }
    message.fields.push(this.#field(token, message.path, undefined, message));
  }

  #fieldOf(message: DeclaredMessage, label: Label | undefined, type: string, name: string, at: number): void {
    message.fields.push(this.#fieldRest({ label, type, key: undefined, name, at, oneof: undefined }, message.path));
  }

  #oneof(message: DeclaredMessage): void {
    const { text: name, at } = this.#name();
    const oneof: DeclaredOneof = { name, at, path: `${message.path}/${name}`, options: [] };
    message.oneofs.push(oneof);
    this.#block(() => {
      const token = this.#take();
      if (token.text === 'option' && !this.#is('.')) {
        oneof.options.push(this.#option());
        this.#expect(';');
        return;
      }
      message.fields.push(this.#field(token, message.path, oneof, message));
    });
  }

  /** `first`: the word that it begins with, already taken. */
  #field(
    first: Token,
    parent: string,
    oneof: DeclaredOneof | undefined,
    scope: { types: (DeclaredMessage | DeclaredEnum)[] },
  ): DeclaredField {
    const isLabel = /^(?:required|optional|repeated)$/.test(first.text);
    const label = isLabel ? (first.text as Label) : undefined;
    const begin = label === undefined ? first : this.#take();
    if (begin.text === 'group' && this.#tokens.next.kind === 'word') return this.#group(label, parent, oneof, scope);
    if (begin.text === 'map' && this.#is('<')) return this.#map(label, parent, oneof);
    const type = this.#dottedFrom(begin);
    const { text: name, at } = this.#name();
    return this.#fieldRest({ label, type, key: undefined, name, at, oneof }, parent);
  }

  #map(label: Label | undefined, parent: string, oneof: DeclaredOneof | undefined): DeclaredField {
    this.#expect('<');
    const key = this.#dotted();
    this.#expect(',');
    const type = this.#dotted();
    this.#expect('>');
    const { text: name, at } = this.#name();
    return this.#fieldRest({ label, type, key, name, at, oneof }, parent);
  }

  #fieldRest(
    field: Pick<DeclaredField, 'label' | 'type' | 'key' | 'name' | 'at' | 'oneof'>,
    parent: string,
  ): DeclaredField {
    this.#expect('=');
    const number = this.#integer();
    const options = this.#is('[') ? this.#options() : [];
    this.#expect(';');
    return { ...field, number, options, group: undefined, path: `${parent}/${field.name}` };
  }

  #group(
    label: Label | undefined,
    parent: string,
    oneof: DeclaredOneof | undefined,
    scope: { types: (DeclaredMessage | DeclaredEnum)[] },
  ): DeclaredField {
    const { text: type, at } = this.#name();
    this.#expect('=');
    const number = this.#integer();
    const options = this.#is('[') ? this.#options() : [];
    const group = this.#messageBody(type, at, `${parent}/${type}`);
    scope.types.push(group);
    const name = type.toLowerCase();
    return { label, type, key: undefined, name, at, oneof, number, options, group, path: `${parent}/${name}` };
  }

  #extend(parent: string): DeclaredExtend {
    const { at } = this.#take();
    return this.#extendBody(this.#dotted(), at, parent);
  }

  #extendBody(type: string, at: number, parent: string): DeclaredExtend {
    const extend: DeclaredExtend = { type, at, fields: [] };
    const scope = { types: this.#file.types };
    this.#block(() => extend.fields.push(this.#field(this.#take(), parent, undefined, scope)));
    return extend;
  }

  #enum(parent: string): DeclaredEnum {
    this.#take();
    const { text: name, at } = this.#name();
    return this.#enumBody(name, at, `${parent}/${name}`);
  }

  #enumBody(name: string, at: number, path: string): DeclaredEnum {
    const reserved = { ranges: [], names: [] };
    const declared: DeclaredEnum = { kind: 'enum', name, at, path, values: [], reserved, options: [] };
    this.#block(() => {
      const token = this.#take();
      if (token.text === 'option' && !this.#is('=')) {
        declared.options.push(this.#option());
        this.#expect(';');
        return;
      }
      if (token.text === 'reserved' && !this.#is('=')) {
        this.#reserved(reserved, maxEnumNumber);
        return;
      }
      if (token.kind !== 'word') throw unexpected(token, 'the name of a value');
      this.#expect('=');
      const number = this.#integer();
      const options = this.#is('[') ? this.#options() : [];
      this.#expect(';');
      declared.values.push({ name: token.text, at: token.at, path: `${path}/${token.text}`, number, options });
    });
    return declared;
  }

  #reserved(reserved: DeclaredReserved, most: number): void {
    const { kind } = this.#tokens.next;
    if (kind === 'number' || this.#is('-')) reserved.ranges.push(...this.#ranges(most));
    else {
      do {
        reserved.names.push(this.#tokens.next.kind === 'text' ? this.#text().text : this.#name().text);
      } while (this.#skips(','));
    }
    this.#expect(';');
  }

  #ranges(most: number): { from: number; to: number }[] {
    const ranges: { from: number; to: number }[] = [];
    do {
      const from = this.#integer();
      if (!this.#skips('to')) ranges.push({ from, to: from });
      else ranges.push({ from, to: this.#skips('max') ? most : this.#integer() });
    } while (this.#skips(','));
    return ranges;
  }

  #options(): DeclaredOption[] {
    const options: DeclaredOption[] = [];
    this.#expect('[');
    do options.push(this.#option());
    while (this.#skips(','));
    this.#expect(']');
    return options;
  }

  #option(): DeclaredOption {
    const { at } = this.#tokens.next;
    const parts: string[] = [];
    do {
      if (this.#skips('(')) {
        parts.push(`(${this.#dotted()})`);
        this.#expect(')');
      } else parts.push(this.#name().text);
    } while (this.#skips('.'));
    this.#expect('=');
    const { value, members } = this.#value();
    return { name: parts.join('.'), value, members, at };
  }

  #value(): Pick<DeclaredOption, 'value' | 'members'> {
    if (this.#is('{')) return this.#aggregate();
    const sign = this.#skips('-') ? '-' : '';
    if (sign === '') this.#skips('+');
    const token = this.#tokens.next;
    if (token.kind === 'text') return { value: JSON.stringify(this.#text().text), members: [] };
    if (token.kind !== 'word' && token.kind !== 'number') throw unexpected(token, 'a value');
    const text = token.kind === 'word' ? this.#dotted() : this.#take().text;
    return { value: `${sign}${text}`, members: [] };
  }

  /** Text format: its words count, and of its members those that are no more than a name and a word. */
  #aggregate(): Pick<DeclaredOption, 'value' | 'members'> {
    const words: string[] = [];
    const members: { name: string; value: string }[] = [];
    let depth = 0;
    do {
      const token = this.#take();
      if (token.kind === 'end') throw unexpected(token, '}');
      if ('{[<'.includes(token.text) && token.kind === 'mark') depth += 1;
      if ('}]>'.includes(token.text) && token.kind === 'mark') depth -= 1;
      if (depth === 1 && token.text === ':' && words.length > 0) {
        members.push({ name: words.at(-1) ?? '', value: this.#tokens.next.text });
      }
      words.push(token.kind === 'text' ? JSON.stringify(token.text) : token.text);
    } while (depth > 0);
    return { value: words.join(' '), members };
  }

  #block(read: () => void): void {
    const { at } = this.#tokens.next;
    this.#expect('{');
    this.#level += 1;
    if (this.#level > maxLevels) throw new Unreadable(`it has more than ${maxLevels} levels`, at, true);
    while (!this.#is('}')) {
      if (this.#tokens.next.kind === 'end') throw unexpected(this.#tokens.next, '}');
      if (!this.#skips(';')) read();
    }
    this.#level -= 1;
    this.#expect('}');
  }

  #service(): void {
    const words = ['service', this.#name().text];
    let depth = 0;
    do {
      const token = this.#take();
      if (token.kind === 'end') throw unexpected(token, '}');
      if (token.kind === 'mark' && token.text === '{') depth += 1;
      if (token.kind === 'mark' && token.text === '}') depth -= 1;
      words.push(token.kind === 'text' ? JSON.stringify(token.text) : token.text);
    } while (depth > 0);
    this.#file.others.push(words.join(' '));
  }

  #dotted(): string {
    return this.#dottedFrom(this.#take());
  }

  #dottedFrom(first: Token): string {
    let name = first.text;
    if (name === '.') name += this.#name().text;
    else if (first.kind !== 'word') throw unexpected(first, 'a name');
    while (this.#skips('.')) name += `.${this.#name().text}`;
    return name;
  }

  #name(): Token {
    const token = this.#take();
    if (token.kind !== 'word') throw unexpected(token, 'a name');
    return token;
  }

  /** Parts that follow each other are one text. */
  #text(): Token {
    const token = this.#take();
    if (token.kind !== 'text') throw unexpected(token, 'a text in quotes');
    let { text } = token;
    while (this.#tokens.next.kind === 'text') text += this.#take().text;
    return { ...token, text };
  }

  #integer(): number {
    const isNegative = this.#skips('-');
    const token = this.#take();
    if (token.kind !== 'number' || !/^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(token.text)) {
      throw unexpected(token, 'an integer');
    }
    const isOctal = /^0\d+$/.test(token.text);
    const number = isOctal ? Number.parseInt(token.text, 8) : Number(token.text);
    return isNegative ? -number : number;
  }

  #is(text: string): boolean {
    const { next } = this.#tokens;
    return next.text === text && next.kind !== 'text';
  }

  #skips(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#take();
    return true;
  }

  #expect(text: string): void {
    const token = this.#take();
    if (token.text !== text || token.kind === 'text') throw unexpected(token, `"${text}"`);
  }

  #take(): Token {
    return this.#tokens.take();
  }
}

function unexpected({ kind, text, at }: Token, wanted: string): Unreadable {
  return new Unreadable(`${kind === 'end' ? 'the text ends' : `there is "${text}"`} where ${wanted} should be`, at);
}
