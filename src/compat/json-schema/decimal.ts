/** digits × 10^exponent, exactly. Zeros at the end of the digits are in the exponent, so that equal numbers look equal. */
export interface Decimal {
  digits: bigint;
  exponent: number;
}

/** Beyond, a number takes more memory and time than its text says. */
const mostDigits = 1_000;

/** `undefined`: a number of JSON that is too long, or too far from 1, to be calculated with. */
export function decimalOf(text: string): Decimal | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole.length + fraction.length > mostDigits || Math.abs(Number(exponent)) > mostDigits) return undefined;
  return decimal(BigInt(`${sign}${whole}${fraction}`), Number(exponent) - fraction.length);
}

export function decimal(digits: bigint, exponent = 0): Decimal {
  if (digits === 0n) return { digits, exponent: 0 };
  let [rest, zeros] = [digits, 0];
  while (rest % 10n === 0n) {
    rest /= 10n;
    zeros += 1;
  }
  return { digits: rest, exponent: exponent + zeros };
}

/** Of two numbers, as integers of one unit. */
function aligned(a: Decimal, b: Decimal): { first: bigint; second: bigint; exponent: number } {
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = (one: Decimal) => one.digits * 10n ** BigInt(one.exponent - exponent);
  return { first: scaled(a), second: scaled(b), exponent };
}

/** Below zero: `a` is less than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const { first, second } = aligned(a, b);
  return first < second ? -1 : first > second ? 1 : 0;
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const { first, second, exponent } = aligned(a, b);
  return decimal(first + second, exponent);
}

export function times(a: Decimal, factor: bigint): Decimal {
  return decimal(a.digits * factor, a.exponent);
}

export function isMultipleOf(a: Decimal, unit: Decimal): boolean {
  const { first, second } = aligned(a, unit);
  return second !== 0n && first % second === 0n;
}

/** How often `unit` is in `a`, rounded down. */
export function quotient(a: Decimal, unit: Decimal): bigint {
  const { first, second } = aligned(a, unit);
  const cut = first / second;
  return first % second !== 0n && first < 0n !== second < 0n ? cut - 1n : cut;
}

export const one = decimal(1n);

export function isInteger(a: Decimal): boolean {
  return a.exponent >= 0;
}

export function textOfDecimal({ digits, exponent }: Decimal): string {
  if (exponent >= 0) return exponent > 20 ? `${digits}e${exponent}` : `${digits * 10n ** BigInt(exponent)}`;
  if (exponent < -20) return `${digits}e${exponent}`;
  const sign = digits < 0n ? '-' : '';
  const padded = `${digits < 0n ? -digits : digits}`.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}
