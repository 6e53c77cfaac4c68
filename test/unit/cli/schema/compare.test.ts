import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../shells.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-schema-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const record = (...fields: unknown[]) => ({ type: 'record', name: 'Order', fields });
const id = { name: 'id', type: 'string' };
const total = { name: 'total', type: 'int' };

const first = file('first.avsc', record(id));
const second = file('second.avsc', record(id, total, { name: 'at', type: { type: 'long', logicalType: 'x' } }));
const third = file('third.avsc', record(id, { ...total, default: 0 }));
const compare = (...args: string[]) => run(['schema', 'compare', ...args]);

const golden = {
  head: `incompatible: ${second} must not follow ${first}`,
  lines: [
    [
      ...['!', '/fields/1', 'AvroFieldWithoutDefault'],
      'the new schema cannot read what the old schema writes: it needs field "total" of record "Order", which is not written and has no default',
      'Give the field a default, or remove the field.',
    ],
    [
      ...['!', '/fields/2', 'AvroFieldWithoutDefault'],
      'the new schema cannot read what the old schema writes: it needs field "at" of record "Order", which is not written and has no default',
      'Give the field a default, or remove the field.',
    ],
    [
      ...['·', '/fields/2/type/logicalType', 'AvroLogicalTypeIgnored'],
      'the specification has no logical type "x": readers ignore it and see long (line 1, column 152)',
      'Mend or remove it.',
    ],
  ],
};

describe('sluice schema compare', () => {
  it('says in a pipe what breaks, where, by which rule, and what to do', async () => {
    const lines = golden.lines.flatMap(([sign, path, rule, message, fix]) => [
      `  ${sign} ${path}  ${rule}: ${message}`,
      `      ${fix}`,
    ]);
    expect(await compare(first, second)).toEqual({ code: 1, out: [golden.head, ...lines, ''].join('\n'), said: [] });
  });

  it('says the same on a terminal, in colours', async () => {
    const { code, out } = await run(['schema', 'compare', first, second], 'sluice', { colours: true });
    const painted = (code: number, text: string) => `\u001b[${code}m${text}\u001b[0m`;
    const lines = golden.lines.flatMap(([sign = '', path, rule = '', message, fix = '']) => [
      `  ${painted(sign === '!' ? 31 : 2, sign)} ${path}  ${painted(1, rule)}: ${message}`,
      `      ${painted(2, fix)}`,
    ]);
    const head = golden.head.replace('incompatible', painted(31, 'incompatible'));
    expect({ code, out }).toEqual({ code: 1, out: [head, ...lines, ''].join('\n') });
  });

  it('says that all is well', async () => {
    const out = `compatible: ${third} may follow ${first}\n`;
    expect(await compare(first, third, '--compatibility', 'Full')).toEqual({ code: 0, out, said: [] });
  });

  it('looks into the direction that the level asks for', async () => {
    expect((await compare(first, second, '--compatibility', 'Forward')).code).toBe(0);
    expect((await compare(second, first)).code).toBe(0);
    expect((await compare(second, first, '--compatibility=FullTransitive')).code).toBe(1);
  });

  it('is for programs too', async () => {
    const { code, out } = await compare(first, second, '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'incompatible',
      problems: [
        { rule: 'AvroFieldWithoutDefault', severity: 'break', path: '/fields/1', direction: 'backward' },
        {},
        {},
      ],
    });
  });

  it('fails where it cannot tell', async () => {
    const open = file('open.proto', 'import "money.proto"; message A {}');
    const { code, out } = await compare(open, open);
    expect(code).toBe(2);
    expect(out).toContain(
      `unproven: ${open} may or may not follow ${open}\n  ~ /  ProtoImportNotGiven: the schema imports`,
    );
  });

  it.each([
    { it: 'a JSON Schema by its keywords', name: 'order.json', format: 'JSONSchema' },
    { it: 'Avro by its types', name: 'order.txt', format: 'Avro' },
    { it: 'by the ending of the file', name: 'order.proto', format: 'Protobuf' },
  ] as const)('knows the format: $it', async ({ name, format }) => {
    const texts = {
      JSONSchema: [{ properties: { id: {} } }, { properties: { id: {} }, required: ['id'] }],
      Avro: [record(id), record(id, total)],
      Protobuf: ['message A { optional string a = 1; }', 'message A { optional int32 a = 1; }'],
    }[format];
    const rules = { JSONSchema: 'JsonPropertyRequired', Avro: 'AvroFieldWithoutDefault', Protobuf: 'ProtoTypeChanged' };
    const [old = '', next = ''] = texts.map((content, index) => file(`${index}-${name}`, content));
    expect((await compare(old, next)).out).toContain(rules[format]);
  });

  it('says of a JSON Schema what breaks, with a document that shows it', async () => {
    const open = file('open.json', { type: 'object', properties: { id: { type: 'string' } } });
    const typed = file('typed.json', {
      type: 'object',
      properties: { id: { type: 'string' }, total: { type: 'integer' } },
    });
    const { code, out } = await compare(open, typed);
    expect({ code, lines: out.split('\n') }).toEqual({
      code: 1,
      lines: [
        `incompatible: ${typed} must not follow ${open}`,
        '  ! /properties/total  JsonPropertyAddedToOpenModel: the new schema does not take all that the old schema allows: $.total may be anything where properties are allowed that nobody named, and not everything is read, as in {"total":null}',
        '      Give the property another name, or leave it open.',
        '',
      ],
    });
  });

  it('takes a schema from standard input, and references from files', async () => {
    const order = record({ name: 'price', type: 'Money' });
    const uses = file('uses.avsc', order);
    const money = file('money.avsc', { type: 'record', name: 'Money', fields: [] });
    const grown = file('money2.avsc', { type: 'record', name: 'Money', fields: [total] });
    const args = ['schema', 'compare', uses, '-', '--old-reference', `m=${money}`, '--new-reference', `m=${grown}`];
    const { code, out } = await run(args, 'sluice', { input: JSON.stringify(order) });
    expect(code).toBe(1);
    expect(out).toContain('  ! m#/fields/0  AvroFieldWithoutDefault: ');
  });

  it.each([
    { args: ['schema'], said: ['error: schema: what?', 'It can compare and check.'] },
    { args: ['schema', 'weigh'], said: ['error: schema: unknown command "weigh"', 'It can compare and check.'] },
    { args: ['schema', 'compare', first], said: ['error: which schemas?', 'Name two files: OLD and NEW.'] },
    {
      args: ['schema', 'compare', 'a', 'b', 'c'],
      said: ['error: what is "c" for?', 'Two files are compared: OLD and NEW.'],
    },
    { args: ['schema', 'compare', '-', '-'], said: ['error: only one of OLD and NEW can be standard input'] },
    { args: ['schema', 'compare', '/no/a', first], said: ['error: cannot read /no/a: there is no such file'] },
    {
      args: ['schema', 'compare', first, first, '--format', 'XML'],
      said: ['error: --format: "XML" is none of Avro, JSONSchema, Protobuf'],
    },
    {
      args: ['schema', 'compare', first, first, '--compatibility', 'BACKWARD'],
      said: [expect.stringMatching(/^error: --compatibility: "BACKWARD" is none of None, Backward, /)],
    },
    {
      args: ['schema', 'compare', first, first, '-o', 'yaml'],
      said: ['error: --output: "yaml" is neither text nor json'],
    },
    {
      args: ['schema', 'compare', first, first, '--new-reference', 'a'],
      said: ['error: --new-reference: "a" is not NAME=FILE'],
    },
    {
      args: ['schema', 'compare', first, file('closed.json', { properties: {} })],
      said: ['error: OLD looks like Avro and NEW like JSONSchema', 'Name the format by --format.'],
    },
    {
      args: ['schema', 'compare', '--batch', '-', '--format', 'Avro'],
      said: ['error: --batch and --format do not go together', 'Each line says it by itself.'],
    },
    {
      args: ['schema', 'compare', '--batch', '-', first],
      said: [`error: what is "${first}" for?`, 'With --batch, schemas stand in the lines.'],
    },
  ])('refuses $args and says what to do', async ({ args, said }) => {
    expect(await run(args)).toEqual({ code: 2, out: '', said });
  });
});
