import type { RegistryState } from '../../ports/registry.ts';
import { type Answer, isSuccess, readField } from './answers.ts';

export type Flavour = RegistryState['flavour'];

interface Probe {
  path: string;
  flavour: Flavour;
  recognises(answer: Answer): boolean;
}

/** A health page says 503 of what it watches; anywhere else that says nothing of the product. */
export const healthPath = '/_health';

/** Reads that only one product answers in this way, in the order in which they are tried. */
const probes: readonly Probe[] = [
  {
    // Apicurio knows one context and writes it with colons; Confluent writes `["."]`.
    path: '/contexts',
    flavour: 'Apicurio',
    recognises: ({ json }) => Array.isArray(json) && json.includes(':.:'),
  },
  {
    path: '/v1/metadata/id',
    flavour: 'Confluent',
    recognises: ({ json }) =>
      readField(readField(readField(json, 'scope'), 'clusters'), 'schema-registry-cluster') !== undefined,
  },
  {
    // Version 5 nests its state under `status`; earlier ones do not.
    path: healthPath,
    flavour: 'Karapace',
    recognises: ({ json }) =>
      [json, readField(json, 'status')].some((part) => readField(part, 'schema_registry_ready') !== undefined),
  },
];

/** Finds out what answers, by reads alone. Any other answer than the expected one counts as "not this product". */
export async function detectFlavour(read: (path: string) => Promise<Answer>): Promise<Flavour> {
  for (const probe of probes) {
    const answer = await read(probe.path);
    if (isSuccess(answer) && probe.recognises(answer)) return probe.flavour;
  }
  return 'Unknown';
}
