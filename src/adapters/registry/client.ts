import type { RegistryCallOptions, RegistrySecurity, SchemaRegistry } from '../../ports/registry.ts';
import { isMomentary } from './answers.ts';
import type { Call } from './call.ts';
import { faultOfAnswer } from './faults.ts';
import { detectFlavour, type Flavour, healthPath } from './flavour.ts';
import { readAppliedLevel, readGlobalLevel, removeOwnLevel, writeOwnLevel } from './levels.ts';
import { check, listVersions, lookup, readVersion, register } from './schemas.ts';
import type { RegistrySettings } from './settings.ts';
import { createTransport } from './transport.ts';

/** A client whose security can change while it is used. */
export interface RegistryClient extends SchemaRegistry {
  secure(security: RegistrySecurity | undefined): void;
}

/** A client of the registry at `url`, which ends where `/subjects` begins. */
export function createRegistryClient(
  url: URL,
  settings: RegistrySettings,
  security?: RegistrySecurity,
): RegistryClient {
  const transport = createTransport(url, settings, security);
  let known: Flavour = 'Unknown';

  /** A product once recognised stays known while its probe fails for a moment. */
  async function probe(signal: AbortSignal): Promise<Flavour> {
    const doing = 'cannot find out what registry this is';
    const found = await detectFlavour(async (path) => {
      const request = { doing, method: 'GET', path } as const;
      const answer = await transport.send(request, signal);
      // Of one that is busy or starting nobody can say what it is, and so not what it compares.
      const tellsNothing = path !== healthPath && isMomentary(answer);
      if (known === 'Unknown' && tellsNothing) throw faultOfAnswer({ ...request, host: transport.host }, answer);
      return answer;
    });
    if (found !== 'Unknown') known = found;
    return known;
  }

  function begin({ signal }: RegistryCallOptions): Call {
    return {
      host: transport.host,
      ask: (request) => transport.send(request, signal),
      flavour: async () => (known === 'Unknown' ? probe(signal) : known),
      probe: () => probe(signal),
    };
  }

  return {
    async describe(options) {
      const call = begin(options);
      // Any web server answers something; a level shows that this one is a registry.
      await readGlobalLevel(call, 'cannot describe the registry');
      return { flavour: await call.probe() };
    },
    readLevel: async (subject, options) => readAppliedLevel(begin(options), subject),
    writeLevel: async (subject, level, options) =>
      level === undefined ? removeOwnLevel(begin(options), subject) : writeOwnLevel(begin(options), subject, level),
    listVersions: async (subject, options) => listVersions(begin(options), subject),
    readVersion: async (subject, version, options) => readVersion(begin(options), subject, version),
    lookup: async (subject, schema, options) => lookup(begin(options), subject, schema),
    check: async (subject, schema, options) => check(begin(options), subject, schema),
    register: async (subject, schema, options) => register(begin(options), subject, schema),
    secure: (next) => transport.secure(next),
    close: () => transport.close(),
  };
}
