import { parse } from 'yaml';
import { OptionsError } from '../options-error.ts';

const PLACEHOLDER = '{{name}}';
const RETENTION = 'retention.ms';
const WEEK_MS = 604_800_000;
const MINUTE_MS = 60_000;

/** A resource of any operator that asks for one topic. */
export interface Template {
  text: string;
  apiVersion: string;
  kind: string;
  /** What it asks for, as far as its spec says so in the usual words; the floor makes the same. */
  topic: WantedTopic;
  /** What changes of it, and to what. */
  setting: { key: string; value: number };
}

export interface WantedTopic {
  partitions?: number;
  replicationFactor?: number;
  config: ReadonlyMap<string, string>;
}

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec?: {
    partitions?: number;
    replicationFactor?: number;
    replicas?: number;
    config?: Readonly<Record<string, string | number | boolean>>;
  };
}

/** Throws OptionsError when `text` is not one resource with a place for its name. */
export function readTemplate(text: string): Template {
  const { apiVersion, kind, metadata, spec = {} } = fill(text, 'name-of-one');
  if (!apiVersion || !kind || metadata?.name !== 'name-of-one') {
    throw new OptionsError(`the template has no apiVersion, no kind, or a metadata.name other than ${PLACEHOLDER}`);
  }
  const { partitions, config = {} } = spec;
  const replicationFactor = spec.replicationFactor ?? spec.replicas;
  return {
    text,
    apiVersion,
    kind,
    topic: {
      ...(partitions !== undefined && { partitions }),
      ...(replicationFactor !== undefined && { replicationFactor }),
      config: new Map(Object.entries(config).map(([key, value]) => [key, String(value)])),
    },
    setting: { key: RETENTION, value: Number(config[RETENTION] ?? WEEK_MS) + MINUTE_MS },
  };
}

/** The resource called `name`. */
export function fillTemplate({ text }: Template, name: string): object {
  return fill(text, name);
}

function fill(text: string, name: string): Manifest {
  try {
    return parse(text.replaceAll(PLACEHOLDER, name)) ?? {};
  } catch (error) {
    throw new OptionsError(`the template is not YAML of one resource: ${error}`, { cause: error });
  }
}
