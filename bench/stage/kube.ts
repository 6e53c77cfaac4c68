import { Agent, type Dispatcher } from 'undici';
import { readLines } from '../../src/adapters/kube/client/lines.ts';

/** More than these make no burst of small requests faster. */
export const CONNECTIONS = 32;
const KEEP_ALIVE_MS = 60_000;
const LONGEST_EVENT = 2 ** 24;

export interface Change {
  method: 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: object;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** A resource of any kind, as far as it is read here. */
export interface Resource {
  metadata: { name: string; generation?: number; resourceVersion: string; finalizers?: readonly string[] };
  status?: { observedGeneration?: number; conditions?: readonly Condition[] };
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: Resource;
}

/**
 * The API server with as little as possible in between, so that what is measured against it is not measured against a
 * client of ours. Every call throws an Error that names the request unless the server answers with success.
 */
export interface Kube {
  /** Does not look into the answer. */
  change(change: Change): Promise<void>;
  /** The plural of a kind, from the server's own list. */
  pluralOf(apiVersion: string, kind: string): Promise<string>;
  /** Whether `path` can be read by now; for some time after a CRD is installed, its resources cannot. */
  serves(path: string): Promise<boolean>;
  /** What happens to the resources at `collection` from now on. Resolves once it is sure that nothing is missed. */
  watch(collection: string, signal: AbortSignal): Promise<AsyncGenerator<WatchEvent>>;
  close(): Promise<void>;
}

export interface Access {
  url: string;
  /** PEM. */
  authority: string;
  adminToken: string;
}

export function createKube({ url, authority, adminToken }: Access): Kube {
  const common = { allowH2: false, connect: { ca: authority }, keepAliveTimeout: KEEP_ALIVE_MS, bodyTimeout: 0 };
  const calls = new Agent({ ...common, connections: CONNECTIONS });
  const watches = new Agent(common);
  const headers = { authorization: `Bearer ${adminToken}` };

  const send = async (agent: Agent, { method, path, body }: Request, signal?: AbortSignal): Promise<Answer> => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await agent.request({
      origin: url,
      path,
      method,
      headers: { ...headers, 'content-type': type },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    if (answer.statusCode < 300) return answer;
    throw new Error(`${method} ${path}: ${answer.statusCode} ${await answer.body.text()}`);
  };
  const get = async (path: string) => (await send(calls, { method: 'GET', path })).body.text();

  return {
    change: async (change) => (await send(calls, change)).body.dump(),
    pluralOf: async (apiVersion, kind) => {
      const { resources }: ResourceList = JSON.parse(await get(`/apis/${apiVersion}`));
      const resource = resources.find(({ name, ...other }) => other.kind === kind && !name.includes('/'));
      if (!resource?.namespaced) throw new Error(`${apiVersion} has no namespaced kind ${kind}`);
      return resource.name;
    },
    serves: (path) =>
      get(path).then(
        () => true,
        () => false,
      ),
    watch: async (collection, signal) => {
      const { metadata }: Resource = JSON.parse(await get(collection));
      const open = async (version: string) => {
        const path = `${collection}?watch=1&timeoutSeconds=86400&resourceVersion=${version}`;
        return (await send(watches, { method: 'GET', path }, signal)).body;
      };
      return follow(metadata.resourceVersion, open);
    },
    close: async () => {
      await Promise.all([calls.destroy(), watches.destroy()]);
    },
  };
}

type Request = Change | { method: 'GET'; path: string; body?: never };
type Answer = Dispatcher.ResponseData;

interface ResourceList {
  resources: readonly { name: string; kind: string; namespaced: boolean }[];
}

/** The API server ends the watches of a kind whose definition has just come: then on from the last event. */
async function* follow(
  from: string,
  open: (version: string) => Promise<AsyncIterable<Buffer>>,
): AsyncGenerator<WatchEvent> {
  let version = from;
  for (;;) {
    for await (const event of readEvents(await open(version))) {
      version = event.object.metadata.resourceVersion;
      yield event;
    }
  }
}

async function* readEvents(body: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent> {
  for await (const line of readLines(body, LONGEST_EVENT, () => new Error('a watch event is too long'))) {
    const event: WatchEvent = JSON.parse(line);
    if (event.type === 'ERROR') throw new Error(`the watch failed: ${line}`);
    yield event;
  }
}
