/** A pattern cut at its stars. */
interface Glob {
  first: string;
  middle: readonly Piece[];
  last: string;
  /** Without a star only the very name matches. */
  exact: boolean;
  /** Letters that a name has at least. */
  least: number;
}

/** A piece that may stand anywhere, with what lets a search go on without looking back (Knuth, Morris and Pratt). */
interface Piece {
  text: string;
  /** For each place of the text: how much of its beginning ends there too. */
  overlaps: Uint16Array;
}

/** Lists of patterns are asked about again and again, and live as long as the object that they are of. */
const compiled = new WeakMap<readonly string[], readonly Glob[]>();

export function matchesAny(name: string, patterns: readonly string[]): boolean {
  const known = compiled.get(patterns);
  const globs = known ?? patterns.map(compile);
  if (known === undefined) compiled.set(patterns, globs);
  return globs.some((glob) => matches(name, glob));
}

/** `*` stands for any run of characters. */
export function matchesGlob(name: string, pattern: string): boolean {
  return matches(name, compile(pattern));
}

function compile(pattern: string): Glob {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop() ?? '';
  const middle = others.filter((text) => text !== '').map((text) => ({ text, overlaps: overlapsOf(text) }));
  const least = pattern.replaceAll('*', '').length;
  return { first, middle, last, exact: !pattern.includes('*'), least };
}

/** Linear in the name, whatever a tenant writes: each piece is looked for once, behind the one before. */
function matches(name: string, { first, middle, last, exact, least }: Glob): boolean {
  if (exact) return name === first;
  if (name.length < least) return false;
  const end = name.length - last.length;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let position = first.length;
  for (const piece of middle) position = endOf(piece, name, position);
  return position <= end;
}

/** Where the first occurrence ends that begins at `from` or later; infinity: there is none. */
function endOf({ text, overlaps }: Piece, name: string, from: number): number {
  let matched = 0;
  for (let position = from; position < name.length; position++) {
    while (matched > 0 && name.charCodeAt(position) !== text.charCodeAt(matched)) matched = overlaps[matched - 1] ?? 0;
    if (name.charCodeAt(position) === text.charCodeAt(matched)) matched++;
    if (matched === text.length) return position + 1;
  }
  return Number.POSITIVE_INFINITY;
}

function overlapsOf(text: string): Uint16Array {
  const overlaps = new Uint16Array(text.length);
  let matched = 0;
  for (let position = 1; position < text.length; position++) {
    while (matched > 0 && text.charCodeAt(position) !== text.charCodeAt(matched)) matched = overlaps[matched - 1] ?? 0;
    if (text.charCodeAt(position) === text.charCodeAt(matched)) matched++;
    overlaps[position] = matched;
  }
  return overlaps;
}
