/** JSON with the place of each value, in characters from the start, and with numbers as they are written. */
export type Json =
  | { kind: 'object'; at: number; members: readonly Member[] }
  | { kind: 'array'; at: number; items: readonly Json[] }
  | { kind: 'string'; at: number; value: string }
  | { kind: 'number'; at: number; text: string }
  | { kind: 'boolean'; at: number; value: boolean }
  | { kind: 'null'; at: number };

export type JsonObject = Extract<Json, { kind: 'object' }>;

export interface Member {
  key: string;
  value: Json;
}

export interface NoJson {
  kind: 'noJson';
  at: number;
  /** What stands there. */
  message: string;
  /** It may be JSON: there are more levels than are read. */
  tooDeep: boolean;
}

/** Deeper texts would exhaust the stack, here or in whoever walks the result. */
export const maxLevels = 500;

export function readJson(text: string): Json | NoJson {
  try {
    return new Reader(text).readAll();
  } catch (error) {
    if (error instanceof Stop) return { kind: 'noJson', at: error.at, message: error.message, tooDeep: error.tooDeep };
    throw error;
  }
}

/** Of a key that stands there twice, the last one counts, as for every common parser. */
export function memberOf(object: JsonObject, key: string): Json | undefined {
  for (let index = object.members.length - 1; index >= 0; index -= 1) {
    const member = object.members[index];
    if (member?.key === key) return member.value;
  }
  return undefined;
}

/** From 1, as editors count. */
export function lineAndColumn(text: string, at: number): { line: number; column: number } {
  let [line, lineStart] = [1, markLength(text)];
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) {
    line += 1;
    lineStart = end + 1;
  }
  return { line, column: at - lineStart + 1 };
}

function markLength(text: string): number {
  return text.startsWith('\uFEFF') ? 1 : 0;
}

class Stop extends Error {
  readonly at: number;
  readonly tooDeep: boolean;

  constructor(at: number, message: string, tooDeep = false) {
    super(message);
    this.at = at;
    this.tooDeep = tooDeep;
  }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;
/** What a text in quotes does not simply hold. */
const special = /\\|[^ -\uffff]/;
/** To the closing quote. */
const string = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;

class Reader {
  readonly #text: string;
  #at: number;
  #levels = 0;

  constructor(text: string) {
    this.#text = text;
    this.#at = markLength(text);
  }

  readAll(): Json {
    const value = this.#readValue();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the text');
    return value;
  }

  #readValue(): Json {
    this.#skipSpace();
    const at = this.#at;
    switch (this.#text[at]) {
      case '{':
        return { kind: 'object', at, members: this.#readList('}', () => this.#readMember()) };
      case '[':
        return { kind: 'array', at, items: this.#readList(']', () => this.#readValue()) };
      case '"':
        return { kind: 'string', at, value: this.#readString() };
      default:
        return this.#readScalar(at);
    }
  }

  #readScalar(at: number): Json {
    const literal = this.#take(word);
    if (literal !== undefined) return literal === 'null' ? { kind: 'null', at } : booleanAt(at, literal);
    const digits = this.#take(number);
    if (digits !== undefined) return { kind: 'number', at, text: digits };
    throw this.#unexpected('a JSON value');
  }

  #readList<Item>(end: '}' | ']', readItem: () => Item): Item[] {
    this.#levels += 1;
    if (this.#levels > maxLevels) throw new Stop(this.#at, `it has more than ${maxLevels} levels`, true);
    const items: Item[] = [];
    this.#at += 1;
    this.#skipSpace();
    while (this.#text[this.#at] !== end) {
      if (items.length > 0) this.#expect(',', end === '}' ? '"," or "}"' : '"," or "]"');
      items.push(readItem());
      this.#skipSpace();
    }
    this.#at += 1;
    this.#levels -= 1;
    return items;
  }

  #readMember(): Member {
    this.#skipSpace();
    if (this.#text[this.#at] !== '"') throw this.#unexpected('a name in double quotes');
    const key = this.#readString();
    this.#skipSpace();
    this.#expect(':', '":"');
    return { key, value: this.#readValue() };
  }

  #readString(): string {
    const at = this.#at;
    const end = this.#text.indexOf('"', at + 1);
    const plain = end < 0 ? '' : this.#text.slice(at + 1, end);
    if (end > 0 && !special.test(plain)) {
      this.#at = end + 1;
      return plain;
    }
    const quoted = this.#take(string);
    if (quoted === undefined) throw new Stop(at, 'the text in double quotes does not end');
    try {
      return String(JSON.parse(quoted));
    } catch {
      throw new Stop(at, 'the text in double quotes has a control character or a "\\" that means nothing');
    }
  }

  #expect(character: string, expected: string): void {
    if (this.#text[this.#at] !== character) throw this.#unexpected(expected);
    this.#at += 1;
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0];
    if (taken !== undefined) this.#at += taken.length;
    return taken;
  }

  #unexpected(expected: string): Stop {
    const found = this.#text[this.#at];
    return new Stop(
      this.#at,
      `${found === undefined ? 'the text ends' : `"${found}" stands`} where ${expected} is due`,
    );
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function booleanAt(at: number, literal: string): Json {
  return { kind: 'boolean', at, value: literal === 'true' };
}

/** A key or an index as a step of a JSON pointer. */
export function escapeStep(step: string | number): string {
  return String(step).replaceAll('~', '~0').replaceAll('/', '~1');
}
