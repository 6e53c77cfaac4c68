import type { KindDefinition } from '../../src/crds/definition.ts';
import { group, version } from '../../src/crds/names.ts';
import { tellBounds } from './bounds.ts';
import { type SchemaNode, structuralSchema } from './structural.ts';

/** The CustomResourceDefinition of one kind, as an object ready for YAML. */
export function customResourceDefinition(kind: KindDefinition): Record<string, unknown> {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${group}` },
    spec: {
      group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
        categories: ['sluice'],
      },
      scope: kind.scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns.map(printerColumn),
          schema: { openAPIV3Schema: rootSchema(kind) },
        },
      ],
    },
  };
}

function printerColumn({ name, type, jsonPath, priority, description }: KindDefinition['columns'][number]) {
  return { name, type, jsonPath, ...(priority > 0 && { priority }), description };
}

function rootSchema(kind: KindDefinition): SchemaNode {
  return {
    type: 'object',
    description: kind.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: nameBound(kind),
      spec: { description: 'What is wanted.', ...tellBounds(structuralSchema(kind.spec)) },
      // A default on the inner field alone does nothing while status is absent, so the outer one has it too.
      status: {
        description: 'What was seen.',
        default: { observedGeneration: -1 },
        ...structuralSchema(kind.status),
      },
    },
    ...(kind.rules.length > 0 && { 'x-kubernetes-validations': kind.rules }),
  };
}

/** The name stands for the name outside where the spec is silent, so it has the same bound. */
function nameBound(kind: KindDefinition): SchemaNode {
  if (kind.rules.length === 0) return { type: 'object' };
  return { type: 'object', properties: { name: { type: 'string', maxLength: 249 } } };
}
