import { type Answer, answer, refuse, type ScriptedApiServer, type Seen } from './api-server.ts';
import { type Thing, thing } from './parts.ts';

/** One ConfigMap, or another object with data, behind the scripted server, with the API server's rules for versions and merge patches. */
export class ConfigMapApi {
  stored: Thing | undefined;
  version = 10;
  writes = 0;
  /** Requests are taken at once and answered only when this resolves. */
  gate: Promise<void> = Promise.resolve();

  constructor(server: ScriptedApiServer, namespace: string, name: string, plural = 'configmaps') {
    const collection = `/api/v1/namespaces/${namespace}/${plural}`;
    const gated =
      (judge: (seen: Seen) => Answer): Answer =>
      (response, seen) =>
        void this.gate.then(() => judge(seen)(response, seen));
    server.on(
      `GET ${collection}/${name}`,
      gated(() => (this.stored === undefined ? refuse(404, 'not found') : answer(this.stored))),
    );
    server.on(
      `POST ${collection}`,
      gated((seen) => this.#create(seen.body as Thing)),
    );
    server.on(
      `PATCH ${collection}/${name}`,
      gated((seen) => this.#patch(seen.body as Patch)),
    );
  }

  /** Also what somebody else does: it makes a new version. */
  put(object: Thing): void {
    this.version += 1;
    this.writes += 1;
    this.stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.version) } };
  }

  #create({ metadata, data = {} }: Thing): Answer {
    if (this.stored !== undefined) return refuse(409, 'already exists');
    this.put({ ...thing(metadata.name, 0), data });
    return answer(this.stored, 201);
  }

  #patch({ metadata, data }: Patch): Answer {
    if (this.stored === undefined) return refuse(404, 'not found');
    const { uid, resourceVersion } = this.stored.metadata;
    if (metadata.uid !== uid || metadata.resourceVersion !== resourceVersion) return refuse(409, 'modified');
    this.put({ ...this.stored, data: merged(this.stored.data ?? {}, data) });
    return answer(this.stored);
  }
}

interface Patch {
  metadata: { uid: string; resourceVersion: string };
  data: Record<string, string | null>;
}

function merged(data: Record<string, string>, patch: Record<string, string | null>): Record<string, string> {
  const all = Object.entries({ ...data, ...patch });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
}
