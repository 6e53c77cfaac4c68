import { LineCounter, parseAllDocuments } from 'yaml';
import { isRecord } from '../../../base/records.ts';
import { schemaFormats } from '../../../crds/event-schema.ts';
import { group } from '../../../crds/names.ts';
import type { CompatibilityLevel, SchemaReference, SchemaText } from '../../../ports/registry.ts';
import { UserError } from '../../shell.ts';
import { isLevel } from '../words.ts';

/** An EventSchema as it stands in a file. */
export interface Found {
  file: string;
  /** Of the text of the schema, from 1. */
  line: number;
  name: string;
  /** Which subject of which registry it is. */
  key: string;
  subject: string;
  format: SchemaText['format'];
  schema: string;
  references: readonly Pick<SchemaReference, 'name' | 'subject'>[];
  /** Absent: the registry's global level, which is not known here. */
  level: CompatibilityLevel | undefined;
}

/** The EventSchemas of a file, lists taken apart; all else is passed over. Throws UserError for one that cannot be read. */
export function schemasIn(file: string, text: string): readonly Found[] {
  if (!text.includes('EventSchema')) return [];
  const lines = new LineCounter();
  return parseAllDocuments(text, { version: '1.1', lineCounter: lines }).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new UserError(`${file} is not YAML: ${error.message.trimEnd()}`);
    return objectsIn(document.toJS(), []).map(({ object, path }) => {
      const node = document.getIn([...path, 'spec', 'schema'], true);
      const at = isRecord(node) && Array.isArray(node.range) ? Number(node.range[0]) : 0;
      return foundIn(file, lines.linePos(at).line || 1, object);
    });
  });
}

interface Placed {
  object: Readonly<Record<string, unknown>>;
  path: readonly (string | number)[];
}

function objectsIn(content: unknown, path: Placed['path']): readonly Placed[] {
  if (!isRecord(content)) return [];
  const { apiVersion, kind, items } = content;
  if (kind === 'List' && Array.isArray(items)) {
    return items.flatMap((item, index) => objectsIn(item, [...path, 'items', index]));
  }
  const isOurs = kind === 'EventSchema' && typeof apiVersion === 'string' && apiVersion.startsWith(`${group}/`);
  return isOurs ? [{ object: content, path }] : [];
}

function foundIn(file: string, line: number, { metadata, spec }: Placed['object']): Found {
  const name = isRecord(metadata) ? metadata.name : undefined;
  if (typeof name !== 'string') throw new UserError(`${file} holds an EventSchema without metadata.name`);
  const wrong = (field: string, what: string) =>
    new UserError(`${file}: EventSchema "${name}": spec.${field} ${what}`, 'See "kubectl explain eventschema.spec".');
  const fields = isRecord(spec) ? spec : {};
  const { subject = name, format = 'Avro', schema, compatibility, references = [], clusterRef } = fields;
  const known = schemaFormats.find((one) => one === format);
  if (known === undefined) throw wrong('format', `is none of ${schemaFormats.join(', ')}`);
  if (typeof schema !== 'string') throw wrong('schema', 'is not the text of a schema');
  if (typeof subject !== 'string') throw wrong('subject', 'is no text');
  if (compatibility !== undefined && !isLevel(compatibility)) throw wrong('compatibility', 'is no level');
  if (!Array.isArray(references) || !references.every(isReference)) throw wrong('references', 'is no list of them');
  const cluster = isRecord(clusterRef) ? clusterRef.name : undefined;
  const key = JSON.stringify([cluster ?? '', subject]);
  return { file, line, name, key, subject, format: known, schema, references, level: compatibility };
}

function isReference(value: unknown): value is Found['references'][number] {
  return isRecord(value) && typeof value.name === 'string' && typeof value.subject === 'string';
}
