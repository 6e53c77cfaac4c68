import type { SourceData, Sources } from '../../../dev/local-node/sources.ts';

/** ConfigMaps and Secrets by `Kind/name`. */
export function sourcesOf(texts: Readonly<Record<string, Readonly<Record<string, string>>>>): Sources {
  return {
    get(kind, name) {
      const data = texts[`${kind}/${name}`];
      return data && bytesOf(data);
    },
  };
}

export function bytesOf(texts: Readonly<Record<string, string>>): SourceData {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text)]));
}
