import { mapValues, type SchemaNode } from './structural.ts';

/** Adds to each description the bounds, which `kubectl explain` does not show, unless its words give them already. */
export function tellBounds(node: SchemaNode): SchemaNode {
  const { description, properties, items, additionalProperties } = node;
  const bounds = describeBounds(node);
  const told = typeof description === 'string' && bounds !== undefined && !gives(description, bounds.upTo);
  return {
    ...node,
    ...(told && { description: `${description} Bounds: ${bounds.text}.` }),
    ...(properties && { properties: mapValues(properties, tellBounds) }),
    ...(items && { items: tellBounds(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: tellBounds(additionalProperties) }),
  };
}

interface Bounds {
  text: string;
  upTo: unknown;
}

function describeBounds(node: SchemaNode): Bounds | undefined {
  if (node.enum !== undefined) return undefined;
  switch (node.type) {
    case 'integer':
    case 'number':
      return range(node.minimum, node.maximum, '');
    case 'string':
      return range(node.minLength, node.maxLength, ' characters');
    case 'array':
      return range(node.minItems, node.maxItems, ' items');
    case 'object':
      return range(node.minProperties, node.maxProperties, ' entries');
    default:
      return undefined;
  }
}

function range(least: unknown, most: unknown, unit: string): Bounds | undefined {
  const counts = unit !== '';
  if (most === undefined) return counts || least === undefined ? undefined : { text: `at least ${least}`, upTo: least };
  if (least === most) return { text: `${most}${unit}`, upTo: most };
  // Nothing has fewer than none.
  const from = counts && least === 0 ? undefined : least;
  return { text: from === undefined ? `at most ${most}${unit}` : `${from} to ${most}${unit}`, upTo: most };
}

function gives(description: string, bound: unknown): boolean {
  return description.split(/\D+/).includes(String(bound));
}
