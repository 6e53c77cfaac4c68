export function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesGlob(name, pattern));
}

/** `*` stands for any run of characters. Linear in name × pattern, whatever a tenant writes. */
export function matchesGlob(name: string, pattern: string): boolean {
  let position = 0;
  let star = -1;
  let retryFrom = 0;
  let p = 0;
  while (position < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      retryFrom = position;
    } else if (p < pattern.length && pattern[p] === name[position]) {
      p++;
      position++;
    } else if (star >= 0) {
      p = star + 1;
      position = ++retryFrom;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
