/** A source of chance that gives the same numbers for the same seed (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to `below`, without `below`. */
  next(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.next(items.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  }
}

/** What lengths, counts and times go wrong with, in either order of bytes and as a varint. */
const telling = [
  [0x00],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0xfe],
  [0x7f, 0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0x00, 0x00, 0x00],
  [0x00, 0x00, 0x00, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
].map((bytes) => Buffer.from(bytes));

/** One of `samples` with a few bytes changed, cut off or repeated; now and then nothing but noise. */
export function bytesLike(samples: readonly Buffer[], chance: Chance): Buffer {
  if (chance.next(8) === 0) return Buffer.from(Array.from({ length: chance.next(80) }, () => chance.next(256)));
  let bytes = Buffer.from(chance.pick(samples));
  for (let change = chance.next(4); change >= 0; change -= 1) bytes = changed(bytes, chance);
  return bytes;
}

function changed(bytes: Buffer<ArrayBuffer>, chance: Chance): Buffer<ArrayBuffer> {
  const at = chance.next(bytes.length + 1);
  switch (chance.next(6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(chance.next(bytes.length + 1))]);
    case 2:
      if (at < bytes.length) bytes[at] = chance.next(256);
      return bytes;
    default:
      chance.pick(telling).copy(bytes, at);
      return bytes;
  }
}

/** What may stand where a value stands in JSON. */
const values = [
  'null',
  'true',
  '-1',
  '0',
  '1e999',
  '-1e999',
  '9e15',
  '1e-7',
  '""',
  '"x"',
  '[]',
  '{}',
  '[[[[]]]]',
  '{"a":{}}',
];
const texts = ['\u0000', '\u2028', '\ud800', '"', '\\', '{', '[', ']}', ',', '9'.repeat(40), 'Infinity', '-', 'é'];

/** One of `samples` with values and characters changed, cut off or repeated. */
export function textLike(samples: readonly string[], chance: Chance): string {
  let text = chance.pick(samples);
  for (let change = chance.next(3); change >= 0; change -= 1) text = rewritten(text, chance);
  return text;
}

function rewritten(text: string, chance: Chance): string {
  const at = chance.next(text.length + 1);
  switch (chance.next(5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(chance.next(text.length + 1));
    case 2:
      return text.slice(0, at) + chance.pick(texts) + text.slice(at + chance.next(3));
    default: {
      const begin = text.indexOf(':', at) + 1;
      const end = /[,}\]]/.exec(text.slice(begin));
      if (begin === 0 || end === null) return text;
      return text.slice(0, begin) + chance.pick(values) + text.slice(begin + end.index);
    }
  }
}
