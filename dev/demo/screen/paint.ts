/** How text is made to stand out; each returns its text at the same width. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
}

/** SGR codes of ECMA-48, or the plain text. */
export function createPaint(colours: boolean): Paint {
  const paint = (code: number) => (text: string) => (colours && text ? `\x1b[${code}m${text}\x1b[0m` : text);
  return { bold: paint(1), dim: paint(2), red: paint(31), green: paint(32), yellow: paint(33), blue: paint(34) };
}
