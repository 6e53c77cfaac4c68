import type { Field } from '../schema.ts';

/** What is read where nothing is written, in one spelling. */
export function defaultOf({ type, presence, default: given }: Field): string {
  if (type.kind === 'enum') {
    if (presence === 'implicit') return '0';
    const value = given === undefined ? type.values[0] : type.byName.get(given);
    return String(value?.number ?? 0);
  }
  if (type.kind !== 'scalar') return '';
  switch (type.name) {
    case 'string':
    case 'bytes':
      return given ?? '""';
    case 'bool':
      // As integers have it, which it may be read as.
      return given === 'true' ? '1' : '0';
    case 'float':
    case 'double':
      return given === undefined ? '0' : spelled(given);
    default:
      return given === undefined ? '0' : integer(given);
  }
}

export function isZero(value: string): boolean {
  return value === '0' || value === '""';
}

function spelled(given: string): string {
  const number = Number(given.replace(/[fF]$/, ''));
  return Number.isNaN(number) ? given : Object.is(number, -0) ? '-0' : String(number);
}

/** Beyond 2^53 digit by digit; as it stands, if it is none. */
function integer(given: string): string {
  const [, sign = '', digits = ''] = /^(-?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(given) ?? [];
  if (digits === '') return given;
  const value = BigInt(digits);
  return String(sign === '' ? value : -value);
}
