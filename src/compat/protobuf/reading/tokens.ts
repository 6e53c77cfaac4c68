export type Token =
  | { kind: 'word' | 'number' | 'mark'; text: string; at: number }
  | { kind: 'text'; text: string; at: number }
  | { kind: 'end'; text: ''; at: number };

/** Why a text cannot be read, and where; thrown and caught within the reading of one text. */
export class Unreadable extends Error {
  readonly at: number;
  readonly tooDeep: boolean;

  constructor(message: string, at: number, tooDeep = false) {
    super(message);
    this.at = at;
    this.tooDeep = tooDeep;
  }
}

const space = /\s+/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?)/y;
const marks = '{}[]()<>=;:,.+-/';

/** The words of a text, one after the other; white space and comments are passed over. */
export class Tokens {
  readonly #text: string;
  #at = 0;
  #next: Token;

  constructor(text: string) {
    this.#text = text;
    this.#next = this.#read();
  }

  get next(): Token {
    return this.#next;
  }

  take(): Token {
    const token = this.#next;
    if (token.kind !== 'end') this.#next = this.#read();
    return token;
  }

  #read(): Token {
    this.#skip();
    const at = this.#at;
    const first = this.#text[at];
    if (first === undefined) return { kind: 'end', text: '', at };
    if (first === '"' || first === "'") return { kind: 'text', text: this.#readText(first), at };
    const found = this.#match(word);
    if (found !== undefined) return { kind: 'word', text: found, at };
    const digits = this.#match(number);
    if (digits !== undefined) return { kind: 'number', text: digits, at };
    if (!marks.includes(first)) throw new Unreadable(`there is ${JSON.stringify(first)}, which means nothing here`, at);
    this.#at += 1;
    return { kind: 'mark', text: first, at };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #skip(): void {
    for (;;) {
      if (this.#match(space) !== undefined) continue;
      if (this.#text.startsWith('//', this.#at)) this.#skipTo('\n', this.#text.length);
      else if (this.#text.startsWith('/*', this.#at)) this.#skipTo('*/', undefined);
      else return;
    }
  }

  #skipTo(mark: string, otherwise: number | undefined): void {
    const found = this.#text.indexOf(mark, this.#at + 2);
    const to = found < 0 ? otherwise : found + mark.length;
    if (to === undefined) throw new Unreadable('a comment does not end', this.#at);
    this.#at = to;
  }

  /** With its escapes as they are written: what they stand for matters to nobody here. */
  #readText(quote: string): string {
    const begin = this.#at;
    for (let at = begin + 1; at < this.#text.length; at += 1) {
      const one = this.#text[at];
      if (one === '\n') break;
      if (one === '\\') at += 1;
      else if (one === quote) {
        this.#at = at + 1;
        return this.#text.slice(begin + 1, at);
      }
    }
    throw new Unreadable('a text does not end', begin);
  }
}

/** Where the lines of a text begin. */
export function linesOf(text: string): readonly number[] {
  const begins = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) begins.push(at + 1);
  return begins;
}

/** From 1. */
export function placeOf(lines: readonly number[], at: number): { line: number; column: number } {
  const line = lines.findLastIndex((begin) => begin <= at);
  return { line: line + 1, column: at - (lines[line] ?? 0) + 1 };
}
