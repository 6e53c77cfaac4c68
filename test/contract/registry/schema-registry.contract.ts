import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../../src/ports/fault.ts';
import type { CompatibilityLevel, SchemaRegistry, SchemaText } from '../../../src/ports/registry.ts';

const options = { signal: new AbortController().signal };

type Field = Readonly<{ name: string; type: unknown; default?: unknown }>;

const id: Field = { name: 'id', type: 'string' };
const count: Field = { name: 'count', type: 'int' };
const countAsText: Field = { name: 'count', type: 'string', default: '' };
const note: Field = { name: 'note', type: 'string', default: '' };

function record(...fields: readonly Field[]): SchemaText {
  return text(JSON.stringify({ type: 'record', name: 'Order', namespace: 'shop', fields }));
}

function text(schema: string, format: SchemaText['format'] = 'Avro'): SchemaText {
  return { format, schema, references: [], normalize: true };
}

/** A JSON Schema of an object that has these, and requires some of them. */
function object(properties: Readonly<Record<string, object>>, required: readonly string[] = []): SchemaText {
  const draft = { $schema: 'http://json-schema.org/draft-07/schema#' };
  const schema = { ...draft, type: 'object', additionalProperties: false, properties, required };
  return text(JSON.stringify(schema), 'JSONSchema');
}

/**
 * What every schema registry behind the port does. `setup` gives one that may be shared: the suite uses subjects of its
 * own and leaves the global level as it is.
 */
export function describeSchemaRegistry(name: string, setup: () => SchemaRegistry | Promise<SchemaRegistry>): void {
  describe(`the schema registry ${name}`, () => {
    let registry: SchemaRegistry;
    const newSubject = () => `contract.${randomUUID()}-value`;

    beforeAll(async () => {
      registry = await setup();
    });
    afterAll(() => registry.close());

    async function registered(subject: string, schema: SchemaText): Promise<number> {
      const result = await registry.register(subject, schema, options);
      if (result.kind !== 'registered') throw new Error(`${result.kind}: ${result.problems.join('; ')}`);
      return result.id;
    }

    describe('before a subject exists', () => {
      it('knows no versions of it', async () => {
        expect(await registry.listVersions(newSubject(), options)).toBeUndefined();
        expect(await registry.readVersion(newSubject(), 'latest', options)).toBeUndefined();
        expect(await registry.readVersion(newSubject(), 1, options)).toBeUndefined();
      });

      it('finds no schema in it', async () => {
        expect(await registry.lookup(newSubject(), record(id), options)).toBeUndefined();
      });

      it('applies the global level to it', async () => {
        expect(await registry.readLevel(newSubject(), options)).toMatchObject({ source: 'Global' });
      });

      it('calls any schema compatible with it', async () => {
        expect(await registry.check(newSubject(), record(id), options)).toEqual({ compatible: true });
      });
    });

    describe('registering', () => {
      it('makes the first version and finds it again', async () => {
        const subject = newSubject();
        const schemaId = await registered(subject, record(id));
        expect(await registry.lookup(subject, record(id), options)).toEqual({ id: schemaId, version: 1 });
        expect(await registry.listVersions(subject, options)).toEqual([1]);
      });

      it('makes no version for a schema that is there', async () => {
        const subject = newSubject();
        const first = await registered(subject, record(id));
        expect(await registered(subject, record(id))).toBe(first);
        expect(await registry.listVersions(subject, options)).toEqual([1]);
      });

      it('makes no version for the same schema with other spaces and order of keys', async () => {
        const subject = newSubject();
        const first = await registered(subject, record(id));
        const rewritten = text(
          '{ "name": "Order",\n "type": "record", "namespace": "shop", "fields": [ { "type": "string", "name": "id" } ] }',
        );
        expect(await registry.lookup(subject, rewritten, options)).toEqual({ id: first, version: 1 });
        expect(await registered(subject, rewritten)).toBe(first);
        expect(await registry.listVersions(subject, options)).toEqual([1]);
      });

      it('makes one version when many ask for it at once', async () => {
        const subject = newSubject();
        const ids = await Promise.all(Array.from({ length: 8 }, () => registered(subject, record(id, count))));
        expect(new Set(ids).size).toBe(1);
        expect(await registry.listVersions(subject, options)).toEqual([1]);
      });

      it('counts versions upwards and finds the older ones', async () => {
        const subject = newSubject();
        await registry.writeLevel(subject, 'Backward', options);
        const schemas = [record(id), record(id, note), record(note)];
        for (const schema of schemas) await registered(subject, schema);
        expect(await registry.listVersions(subject, options)).toEqual([1, 2, 3]);
        const found = await Promise.all(schemas.map((schema) => registry.lookup(subject, schema, options)));
        expect(found.map((version) => version?.version)).toEqual([1, 2, 3]);
      });

      it('gives back each version as it was written, and the latest', async () => {
        const subject = newSubject();
        const rich = { ...id, doc: 'Of the order.', aliases: ['orderId'] };
        const first = await registered(subject, record(rich));
        const second = await registered(subject, record(rich, note));
        const [one, two] = [
          { id: first, version: 1, schema: record(rich).schema, references: [] },
          { id: second, version: 2, schema: record(rich, note).schema, references: [] },
        ];
        expect(await registry.readVersion(subject, 1, options)).toEqual(one);
        expect(await registry.readVersion(subject, 2, options)).toEqual(two);
        expect(await registry.readVersion(subject, 'latest', options)).toEqual(two);
        expect(await registry.readVersion(subject, 3, options)).toBeUndefined();
      });

      it('gives a schema one id in all subjects', async () => {
        const name = { name: randomUUID(), type: 'string', default: '' };
        const schema = text(
          JSON.stringify({ type: 'record', name: 'Own', fields: [{ ...name, name: 'a' }, id], doc: name.name }),
        );
        expect(await registered(newSubject(), schema)).toBe(await registered(newSubject(), schema));
      });

      it.each([
        { what: 'text that is not JSON', schema: text('{bad') },
        { what: 'a record without fields', schema: text('{"type":"record","name":"Order"}') },
        {
          what: 'a reference to nothing',
          schema: { ...record(id), references: [{ name: 'shop.Money', subject: 'contract.nowhere', version: 1 }] },
        },
      ])('returns what is wrong with $what and makes no version', async ({ schema }) => {
        const subject = newSubject();
        const result = await registry.register(subject, schema, options);
        expect(result).toMatchObject({ kind: 'invalid', problems: [expect.stringMatching(/./)] });
        expect(await registry.listVersions(subject, options)).toBeUndefined();
        expect(await registry.lookup(subject, schema, options)).toBeUndefined();
      });

      it.each(['a/b c', '50%', 'größe', 'a+b', 'a?b#c'])('works on a subject named like %s', async (part) => {
        const subject = `${newSubject()} ${part}`;
        await registered(subject, record(id));
        expect(await registry.lookup(subject, record(id), options)).toMatchObject({ version: 1 });
        expect(await registry.listVersions(subject, options)).toEqual([1]);
      });

      it('resolves references to other subjects', async () => {
        const money = newSubject();
        const subject = newSubject();
        await registered(
          money,
          text('{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"cents","type":"long"}]}'),
        );
        const references = [{ name: 'shop.Money', subject: money, version: 1 }];
        const bill = { ...record({ name: 'total', type: 'shop.Money' }), references };
        const schemaId = await registered(subject, bill);
        expect(await registry.lookup(subject, bill, options)).toEqual({ id: schemaId, version: 1 });
        expect(await registry.readVersion(subject, 1, options)).toMatchObject({ schema: bill.schema, references });
        expect((await registry.check(subject, bill, options)).compatible).not.toBe(false);
        expect(await registered(subject, bill)).toBe(schemaId);
      });
    });

    describe('a JSON Schema', () => {
      const order = object({ id: { type: 'string', description: 'Of the order.' }, note: { default: '' } }, ['id']);

      it('is found again, and given back as it was written', async () => {
        const subject = newSubject();
        const schemaId = await registered(subject, order);
        expect(await registry.lookup(subject, order, options)).toEqual({ id: schemaId, version: 1 });
        const stored = { id: schemaId, version: 1, schema: order.schema, references: [], format: order.format };
        expect(await registry.readVersion(subject, 'latest', options)).toEqual(stored);
      });

      it('makes no version in another order of keys, and one where only a default or a text for people differs', async () => {
        const subject = newSubject();
        await registry.writeLevel(subject, 'Backward', options);
        const first = await registered(subject, order);
        const keys = Object.entries(JSON.parse(order.schema)).reverse();
        const reordered = text(JSON.stringify(Object.fromEntries(keys), null, 2), 'JSONSchema');
        expect(await registered(subject, reordered)).toBe(first);
        await registered(subject, { ...order, schema: order.schema.replace('Of the order.', 'Its number.') });
        await registered(subject, { ...order, schema: order.schema.replace('"default":""', '"default":"none"') });
        expect(await registry.listVersions(subject, options)).toEqual([1, 2, 3]);
      });

      it('is compared under the level of its subject', async () => {
        const subject = newSubject();
        await registry.writeLevel(subject, 'Backward', options);
        await registered(subject, order);
        const stricter = object({ id: { type: 'string', description: 'Of the order.' }, note: { default: '' } }, [
          'id',
          'note',
        ]);
        expect(await registry.register(subject, stricter, options)).toMatchObject({
          kind: 'incompatible',
          problems: [expect.stringMatching(/./)],
        });
        expect(await registry.listVersions(subject, options)).toEqual([1]);
      });

      it('is told from one that cannot be read', async () => {
        const result = await registry.register(newSubject(), text('{bad', 'JSONSchema'), options);
        expect(result).toMatchObject({ kind: 'invalid' });
      });
    });

    describe('levels', () => {
      it.each<CompatibilityLevel>([
        'Backward',
        'BackwardTransitive',
        'Forward',
        'ForwardTransitive',
        'Full',
        'FullTransitive',
      ])('keeps %s for a subject', async (level) => {
        const subject = newSubject();
        await registry.writeLevel(subject, level, options);
        expect(await registry.readLevel(subject, options)).toEqual({ level, source: 'Subject' });
      });

      it('keeps a level that was set before the first version', async () => {
        const subject = newSubject();
        await registry.writeLevel(subject, 'FullTransitive', options);
        expect(await registry.listVersions(subject, options)).toBeUndefined();
        await registered(subject, record(id));
        expect(await registry.readLevel(subject, options)).toEqual({ level: 'FullTransitive', source: 'Subject' });
      });

      it('returns to the global level when its own is removed, once or twice', async () => {
        const subject = newSubject();
        await registered(subject, record(id));
        const before = await registry.readLevel(subject, options);
        await registry.writeLevel(subject, 'Full', options);
        await registry.writeLevel(subject, undefined, options);
        await registry.writeLevel(subject, undefined, options);
        expect(await registry.readLevel(subject, options)).toEqual(before);
        expect(before.source).toBe('Global');
      });

      it('removes the level of a subject that never was', async () => {
        await expect(registry.writeLevel(newSubject(), undefined, options)).resolves.toBeUndefined();
      });

      it('takes anything under None', async () => {
        const subject = newSubject();
        await registered(subject, record(id));
        await registry.writeLevel(subject, 'Full', options);
        await registry.writeLevel(subject, 'None', options);
        expect(await registry.readLevel(subject, options)).toMatchObject({ level: 'None' });
        expect(await registry.check(subject, record(count), options)).toEqual({ compatible: true });
        await registered(subject, record(count));
        expect(await registry.listVersions(subject, options)).toEqual([1, 2]);
      });
    });

    describe('compatibility', () => {
      interface Case {
        it: string;
        level: CompatibilityLevel;
        versions: readonly SchemaText[];
        next: SchemaText;
        compatible: boolean;
      }

      it.each<Case>([
        {
          it: 'takes a new field with a default',
          level: 'Backward',
          versions: [record(id)],
          next: record(id, note),
          compatible: true,
        },
        {
          it: 'refuses a new field without a default',
          level: 'Backward',
          versions: [record(id)],
          next: record(id, count),
          compatible: false,
        },
        {
          it: 'takes a new field without a default',
          level: 'Forward',
          versions: [record(id)],
          next: record(id, count),
          compatible: true,
        },
        {
          it: 'refuses a lost field',
          level: 'Forward',
          versions: [record(id, count)],
          next: record(id),
          compatible: false,
        },
        {
          it: 'refuses a lost field',
          level: 'Full',
          versions: [record(id, count)],
          next: record(id),
          compatible: false,
        },
        {
          it: 'refuses another type',
          level: 'Full',
          versions: [record(count)],
          next: record(countAsText),
          compatible: false,
        },
        {
          it: 'looks at the last version only',
          level: 'Backward',
          versions: [record(id, count), record(id)],
          next: record(id, countAsText),
          compatible: true,
        },
        {
          it: 'looks at every version',
          level: 'BackwardTransitive',
          versions: [record(id, count), record(id)],
          next: record(id, countAsText),
          compatible: false,
        },
      ])('$it under $level, in the check as in the registration', async ({ level, versions, next, compatible }) => {
        const subject = newSubject();
        await registry.writeLevel(subject, level, options);
        for (const schema of versions) await registered(subject, schema);
        expect(await registry.check(subject, next, options)).toMatchObject({ compatible });
        const result = await registry.register(subject, next, options);
        expect(result.kind).toBe(compatible ? 'registered' : 'incompatible');
        expect(await registry.listVersions(subject, options)).toHaveLength(versions.length + (compatible ? 1 : 0));
      });

      it('gives reasons for a refused registration, the same each time', async () => {
        const subject = newSubject();
        await registry.writeLevel(subject, 'Full', options);
        await registered(subject, record(id));
        const next = record(count, { name: 'other', type: 'int' });
        const first = await registry.register(subject, next, options);
        const problems = 'problems' in first ? first.problems : [];
        expect(problems).not.toHaveLength(0);
        expect(await registry.register(subject, next, options)).toEqual(first);
      });

      it('writes nothing by checking', async () => {
        const subject = newSubject();
        await registered(subject, record(id));
        await registry.check(subject, record(id, note), options);
        expect(await registry.listVersions(subject, options)).toEqual([1]);
      });

      it('does not call a schema that it cannot read incompatible', async () => {
        const subject = newSubject();
        await registry.writeLevel(subject, 'Backward', options);
        await registered(subject, record(id));
        expect(await registry.check(subject, text('{bad'), options)).toMatchObject({ compatible: 'unknown' });
      });
    });

    it('describes itself', async () => {
      const { flavour } = await registry.describe(options);
      expect(['Confluent', 'Apicurio', 'Karapace', 'Unknown']).toContain(flavour);
    });

    it('fails with a Fault when the caller has given up', async () => {
      const subject = newSubject();
      const given = registry.register(subject, record(id), { signal: AbortSignal.abort() });
      await expect(given).rejects.toBeInstanceOf(Fault);
      expect(await registry.listVersions(subject, options)).toBeUndefined();
    });
  });
}
