import { parseAllDocuments } from 'yaml';
import { isRecord } from '../../base/records.ts';
import { contentOf, filesAt } from '../files.ts';
import { UserError } from '../shell.ts';

/** An object as it stands in a file. */
export interface Written {
  /** For messages: the file, or `standard input`. */
  source: string;
  apiVersion: string;
  kind: string;
  name: string;
  namespace: string | undefined;
  fields: Readonly<Record<string, unknown>> & { readonly metadata: Readonly<Record<string, unknown>> };
}

export interface Input {
  /** Files and folders; `-` is standard input. */
  paths: readonly string[];
  /** Folders inside of folders too. */
  recursive: boolean;
  readInput: () => Promise<string>;
}

/** All objects in the order in which they stand, lists taken apart. Throws UserError for what is no manifest. */
export async function readManifests({ paths, recursive, readInput }: Input): Promise<Written[]> {
  const texts: { source: string; text: string }[] = [];
  for (const path of paths) {
    if (path === '-') texts.push({ source: 'standard input', text: await readInput() });
    else for (const file of await filesAt(path, recursive)) texts.push({ source: file, text: await contentOf(file) });
  }
  return texts.flatMap(({ source, text }) => manifestsIn(source, text));
}

/** By version 1.1, as kubectl reads: `on` is true there. */
export function manifestsIn(source: string, text: string): Written[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new UserError(`${source} is not YAML: ${error.message.trimEnd()}`);
    const content: unknown = document.toJS();
    return content === null ? [] : objectsIn(source, content);
  });
}

function objectsIn(source: string, content: unknown): Written[] {
  if (!isRecord(content)) throw new UserError(`${source} holds a document that is no Kubernetes object`);
  const { apiVersion, kind, items, metadata } = content;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw new UserError(`${source} holds an object without apiVersion or kind`);
  }
  if (kind === 'List' && Array.isArray(items)) return items.flatMap((item) => objectsIn(source, item));
  if (!isRecord(metadata) || typeof metadata.name !== 'string') {
    throw new UserError(`${source} holds a ${kind} without metadata.name`);
  }
  const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : undefined;
  return [{ source, apiVersion, kind, name: metadata.name, namespace, fields: { ...content, metadata } }];
}
