import type { Change } from '../stage/kube.ts';
import { fillTemplate, type Template } from '../stage/template.ts';

/** In the order in which they happen to a resource. */
export const PHASES = ['create', 'config', 'grow', 'delete'] as const;

export type Phase = (typeof PHASES)[number];

/** What has to happen so that `measured` can be measured and nothing is left. */
export function phasesAround(measured: readonly Phase[]): readonly Phase[] {
  return PHASES.filter((phase) => phase === 'create' || phase === 'delete' || measured.includes(phase));
}

/** The request by which a user asks for `phase`. `collection` is the path of the resources of one namespace. */
export function changeFor(phase: Phase, template: Template, collection: string, name: string): Change {
  const path = `${collection}/${name}`;
  switch (phase) {
    case 'create':
      return { method: 'POST', path: collection, body: fillTemplate(template, name) };
    case 'config': {
      const { key, value } = template.setting;
      return { method: 'PATCH', path, body: { spec: { config: { [key]: value } } } };
    }
    case 'grow':
      return { method: 'PATCH', path, body: { spec: { partitions: grownPartitions(template) } } };
    case 'delete':
      return { method: 'DELETE', path };
  }
}

export function grownPartitions({ topic }: Template): number {
  return (topic.partitions ?? 1) + 1;
}
