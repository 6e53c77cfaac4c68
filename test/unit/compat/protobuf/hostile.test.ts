import { describe, expect, it } from 'vitest';
import { checkCompatibility } from '../../../../src/compat/check.ts';
import { maxLevels } from '../../../../src/compat/json.ts';
import type { Verdict } from '../../../../src/compat/problem.ts';

const text = (one: string) => ({ text: one, references: [] });
const list = (length: number) => Array.from({ length }, (_, index) => index);
const proto3 = (body: string) => `syntax = "proto3"; ${body}`;
const nested = (levels: number) => proto3(`${'message A {'.repeat(levels)}${'}'.repeat(levels)}`);
const messages = (length: number, name: string) =>
  list(length)
    .map((index) => `message ${name}${index} {}`)
    .join(' ');
const taken = (length: number) =>
  `message A { reserved ${list(length)
    .map((index) => 3 * index + 1)
    .join()}; ${list(length)
    .map((index) => `oneof o${index} { int32 f${index} = ${30_000 * 3 + 2 * index}; }`)
    .join('')} }`;
const wide = (length: number, type: string) =>
  proto3(
    `message A { ${list(length)
      .map((index) => `${type} f${index} = ${20_000 + index};`)
      .join('\n')} }`,
  );
const chain = (length: number, last: string, label: string) =>
  list(length)
    .map((index) => `message M${index} { ${label} ${index === length - 1 ? last : `M${index + 1}`} a = 1; }`)
    .join('\n');
/** Each message requires the next one twice, so that the least of its data doubles at each. */
const doubling = (levels: number, last: string) =>
  list(levels)
    .map((index) => {
      const type = index === levels - 1 ? last : `M${index + 1}`;
      return `message M${index} { required ${type} a = 1; required ${type} b = 2; }`;
    })
    .join('\n');
/** All messages of the one meet all messages of the other. */
const meshed = (size: number, type: string, shift: number) =>
  list(size)
    .map(
      (one) =>
        `message M${one} { ${list(size)
          .map((other) => `optional M${(one + other * shift) % size} f${other} = ${other + 1};`)
          .join(' ')} optional ${type} x = 18000; }`,
    )
    .join('\n');

interface Row {
  it: string;
  old: string;
  next: string;
  verdict: Verdict;
  says?: string;
}

/** Nobody waits for an answer that long; what is exponential would take for ever. */
const within = { timeout: 60_000 };

describe('a Protobuf schema that is made to hurt', () => {
  it.each<Row>([
    {
      it: 'three thousand levels',
      old: '',
      next: nested(3_000),
      verdict: 'unproven',
      says: `more than ${maxLevels} levels`,
    },
    {
      it: 'as many levels as are read',
      old: nested(maxLevels - 1),
      next: `${nested(maxLevels - 1)} `,
      verdict: 'compatible',
    },
    {
      it: 'options that do not end',
      old: '',
      next: `option (a) = ${'{ a: '.repeat(200_000)}`,
      ...{ verdict: 'incompatible', says: 'the text ends' },
    },
    {
      it: 'more than a megabyte',
      old: '',
      next: `//${'x'.repeat(1_048_576)}`,
      verdict: 'unproven',
      says: 'more than 1048576 characters',
    },
    { it: 'a megabyte of comments', old: '', next: '/**/\n'.repeat(200_000), verdict: 'compatible' },
    { it: 'a comment that does not end', old: '', next: `/*${'*'.repeat(1_000_000)}`, verdict: 'incompatible' },
    { it: 'a megabyte of quotes', old: '', next: `import ${'"" '.repeat(300_000)};`, verdict: 'unproven' },
    { it: 'three thousand fields', old: wide(3_000, 'int32'), next: wide(3_001, 'int32'), verdict: 'compatible' },
    {
      it: 'three thousand changes',
      old: wide(3_000, 'string'),
      next: wide(3_000, 'int32'),
      verdict: 'incompatible',
      says: 'written as string',
    },
    {
      it: 'twenty thousand fields of no type',
      old: '',
      next: wide(20_000, 'X'),
      verdict: 'incompatible',
      says: 'type "X"',
    },
    {
      it: 'three thousand messages, one behind the other',
      old: chain(3_000, 'string', 'optional'),
      next: chain(3_000, 'int32', 'optional'),
      verdict: 'incompatible',
    },
    {
      it: 'three thousand messages that require each other',
      old: chain(3_000, 'string', 'required'),
      next: chain(3_000, 'int32', 'required'),
      verdict: 'incompatible',
    },
    {
      it: 'data that doubles at each level',
      old: doubling(64, 'string'),
      next: doubling(64, 'int32'),
      verdict: 'incompatible',
    },
    {
      it: 'a message that requires itself',
      old: 'message A { required A a = 1; optional int32 x = 2; }',
      next: 'message A { required A a = 1; optional string x = 2; }',
      verdict: 'compatible',
    },
    {
      it: 'messages that meet in too many ways',
      old: meshed(100, 'int32', 1),
      next: meshed(100, 'int32', 7),
      verdict: 'unproven',
      says: 'too many ways',
    },
    {
      it: 'numbers that nobody counts to',
      old: '',
      next: 'message A { optional int32 a = 99999999999999999999; }',
      verdict: 'incompatible',
      says: 'numbers go from 1',
    },
    { it: 'words that say the same again', old: '', next: 'export '.repeat(140_000), verdict: 'incompatible' },
    {
      it: 'fifteen thousand numbers that are reserved, and oneofs',
      old: taken(15_000),
      next: `${taken(15_000)} `,
      verdict: 'compatible',
    },
    {
      it: 'twenty thousand messages of other names',
      old: messages(20_000, 'A'),
      next: messages(20_000, 'B'),
      verdict: 'incompatible',
    },
    {
      it: 'a JSON name that is none',
      old: '',
      next: 'message A { optional int32 a = 1 [json_name = {]; }',
      verdict: 'incompatible',
    },
    {
      it: 'a JSON name that is no text',
      old: '',
      next: 'message A { optional int32 a = 1 [json_name = foo]; }',
      verdict: 'compatible',
    },
    { it: 'an import of nothing', old: '', next: 'import ""; message A {}', verdict: 'unproven' },
    {
      it: 'sixty thousand names for one number',
      old: 'enum E { V = 0; }',
      next: `enum E { option allow_alias = true; ${list(60_000)
        .map((index) => `V${index} = 0;`)
        .join('')} }`,
      verdict: 'compatible',
    },
  ])('is judged within bounds: $it', within, ({ old, next, verdict, says = '' }) => {
    const asked = { level: 'Backward', candidate: text(next), versions: [text(old)] } as const;
    const answer = checkCompatibility({ format: 'Protobuf', ...asked });
    expect(answer.verdict).toBe(verdict);
    if (says !== '') expect(answer.problems.some(({ message }) => message.includes(says))).toBe(true);
  });

  it('leaves a break that was found standing', () => {
    const versions = [text(nested(3_000)), text('message A { optional string a = 1; }')];
    const asked = {
      level: 'BackwardTransitive',
      candidate: text('message A { optional int32 a = 1; }'),
      versions,
    } as const;
    expect(checkCompatibility({ format: 'Protobuf', ...asked }).verdict).toBe('incompatible');
  });
});
