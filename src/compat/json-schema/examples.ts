import { matches } from './patterns.ts';

/** Longer ones are no use as an example. */
const mostCharacters = 2_000;

/** Where an example takes what: `turn` chooses among alternatives, `extra` repeats what may be repeated. */
interface Choice {
  turn: number;
  extra: number;
}

class NoExample extends Error {}

/** Some texts in which the expression is found, short ones first; none where its syntax is out of the ordinary. */
export function examplesOf(pattern: string, lengths: readonly number[] = []): readonly string[] {
  const extras = [...new Set([0, 1, ...lengths])];
  const choices = extras.flatMap((extra) => [0, 1, 2].map((turn) => ({ turn, extra })));
  const texts = choices.map((choice) => exampleOf(pattern, choice)).filter((text) => text !== undefined);
  return [...new Set(texts)].filter((text) => text.length <= mostCharacters && matches(pattern, text) === true);
}

function exampleOf(pattern: string, choice: Choice): string | undefined {
  try {
    return new Maker(pattern, choice).make();
  } catch (error) {
    if (error instanceof NoExample) return undefined;
    throw error;
  }
}

const classes: Readonly<Record<string, string>> = {
  d: '012',
  w: 'ab0',
  s: ' ',
  D: 'a-',
  W: '- ',
  S: 'a0',
  b: '',
  B: '',
};
const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' };

/** Reads an expression and writes a text at the same time. */
class Maker {
  readonly #pattern: string;
  readonly #choice: Choice;
  #at = 0;
  #levels = 0;

  constructor(pattern: string, choice: Choice) {
    this.#pattern = pattern;
    this.#choice = choice;
  }

  make(): string {
    const text = this.#alternatives();
    if (this.#at < this.#pattern.length) throw new NoExample();
    return text;
  }

  #alternatives(): string {
    this.#levels += 1;
    if (this.#levels > 100) throw new NoExample();
    const all = [this.#sequence()];
    while (this.#skip('|')) all.push(this.#sequence());
    this.#levels -= 1;
    return all[this.#choice.turn % all.length] ?? '';
  }

  #sequence(): string {
    let text = '';
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#peek())) {
      text += this.#repeated(this.#item());
      if (text.length > mostCharacters) throw new NoExample();
    }
    return text;
  }

  #item(): string {
    const character = this.#next();
    if (character === '(') return this.#group();
    if (character === '[') return this.#class();
    if (character === '\\') return this.#chosen(this.#escape());
    if (character === '^' || character === '$') return '';
    if ('*+?{'.includes(character)) throw new NoExample();
    return character === '.' ? this.#chosen('ab0') : character;
  }

  #group(): string {
    if (this.#skip('?') && !this.#skip(':')) {
      if (!this.#skip('<') || '=!'.includes(this.#peek())) throw new NoExample();
      while (this.#next() !== '>');
    }
    const text = this.#alternatives();
    if (!this.#skip(')')) throw new NoExample();
    return text;
  }

  #class(): string {
    const negated = this.#skip('^');
    let members = '';
    while (!this.#skip(']')) {
      const first = this.#member();
      const isRange = this.#peek() === '-' && this.#pattern[this.#at + 1] !== ']';
      if (isRange) this.#at += 1;
      members += isRange ? range(first, this.#member()) : first;
    }
    const taken = negated ? [...'aA0_-.: !#/@'].filter((one) => !members.includes(one)).join('') : members;
    return this.#chosen(taken);
  }

  #member(): string {
    const character = this.#next();
    return character === '\\' ? this.#escape() : character;
  }

  #escape(): string {
    const character = this.#next();
    const known = classes[character] ?? controls[character];
    if (known !== undefined) return known;
    if (character === 'u' || character === 'x') return this.#code(character === 'u' ? 4 : 2);
    if (/[a-zA-Z0-9]/.test(character)) throw new NoExample();
    return character;
  }

  #code(length: number): string {
    const digits = this.#pattern.slice(this.#at, this.#at + length);
    if (!/^[0-9a-fA-F]+$/.test(digits)) throw new NoExample();
    this.#at += length;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #repeated(text: string): string {
    const [whole, sign, least, comma, most] =
      /^(?:([*+?])|\{(\d+)(,)?(\d*)\})\??/.exec(this.#pattern.slice(this.#at)) ?? [];
    if (whole === undefined) return text;
    this.#at += whole.length;
    const min = least === undefined ? (sign === '+' ? 1 : 0) : Number(least);
    const max = sign === '?' ? 1 : least === undefined || (comma && most === '') ? Infinity : Number(most || least);
    const count = Math.min(min + this.#choice.extra, max);
    if (count * text.length > mostCharacters) throw new NoExample();
    return text.repeat(count);
  }

  #chosen(from: string): string {
    const { turn } = this.#choice;
    return from.length === 0 ? '' : (from[turn % from.length] ?? '');
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #next(): string {
    const character = this.#pattern[this.#at];
    if (character === undefined) throw new NoExample();
    this.#at += 1;
    return character;
  }

  #skip(character: string): boolean {
    const isThere = this.#peek() === character;
    if (isThere) this.#at += 1;
    return isThere;
  }
}

/** The ends of a range and what lies in between, as far as it is short. */
function range(first: string, last: string): string {
  const [from, to] = [first.charCodeAt(0), last.charCodeAt(0)];
  const between = Array.from({ length: Math.min(Math.max(to - from - 1, 0), 30) }, (_, index) => from + index + 1);
  return `${first}${String.fromCharCode(...between)}${last}`;
}
