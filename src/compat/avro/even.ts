import { type Even, evenJson, evenObject, evenText } from '../even.ts';
import { type Json, type JsonObject, memberOf } from '../json.ts';
import { namespaceOf, qualified } from './reading/names.ts';
import { primitives } from './schema.ts';

/**
 * An Avro schema with the ways to write the same thing evened out: the order of keys, names with and without their
 * namespace, `{"type": "string"}` for `"string"`, and what libraries leave out because it is the default. All else is kept.
 */
export function evenAvro(value: Json): Even {
  return evenType(value, '');
}

function evenType(value: Json, namespace: string): Even {
  switch (value.kind) {
    case 'string':
      return evenName(value.value, namespace);
    case 'array':
      return value.items.map((branch) => evenType(branch, namespace));
    case 'object':
      return evenTypeObject(value, namespace);
    default:
      return evenJson(value);
  }
}

function evenName(name: string, namespace: string): Even {
  return evenText(primitives.some((primitive) => primitive === name) ? name : qualified(name, namespace));
}

function evenTypeObject(object: JsonObject, namespace: string): Even {
  const type = memberOf(object, 'type');
  const kind = type?.kind === 'string' ? type.value : undefined;
  switch (kind) {
    case 'record':
    case 'error':
    case 'enum':
    case 'fixed':
      return evenNamed(object, namespace);
    case 'array':
      return evenObject(object, { items: (items) => evenType(items, namespace) });
    case 'map':
      return evenObject(object, { values: (values) => evenType(values, namespace) });
    default: {
      const isAlone = object.members.every(({ key }) => key === 'type');
      if (isAlone && type !== undefined) return evenType(type, namespace);
      return evenObject(object, { type: (inner) => evenType(inner, namespace) });
    }
  }
}

function evenNamed(object: JsonObject, around: string): Even {
  const full = qualified(textOf(object, 'name'), textOf(object, 'namespace', around));
  const namespace = namespaceOf(full);
  return evenObject(object, {
    name: () => evenText(full),
    namespace: () => undefined,
    doc: unlessNothing,
    aliases: (aliases) => evenAliases(aliases, namespace),
    fields: (fields) => evenFields(fields, namespace),
  });
}

function evenAliases(aliases: Json, namespace: string): Even | undefined {
  if (aliases.kind !== 'array') return unlessNothing(aliases);
  if (aliases.items.length === 0) return undefined;
  return aliases.items.map((alias) => (alias.kind === 'string' ? evenAlias(alias.value, namespace) : evenJson(alias)));
}

function evenAlias(alias: string, namespace: string): Even {
  return evenText(qualified(alias, namespace));
}

function evenFields(fields: Json, namespace: string): Even {
  if (fields.kind !== 'array') return evenJson(fields);
  return fields.items.map((field) => (field.kind === 'object' ? evenField(field, namespace) : evenJson(field)));
}

function evenField(field: JsonObject, namespace: string): Even {
  return evenObject(field, {
    type: (type) => evenType(type, namespace),
    doc: unlessNothing,
    order: (order) => (order.kind === 'string' && order.value === 'ascending' ? undefined : unlessNothing(order)),
    // Names of fields have no namespace.
    aliases: (aliases) => evenAliases(aliases, ''),
  });
}

/** Generators write null for what is not there. */
function unlessNothing(value: Json): Even | undefined {
  return value.kind === 'null' ? undefined : evenJson(value);
}

function textOf(object: JsonObject, key: string, otherwise = ''): string {
  const value = memberOf(object, key);
  return value?.kind === 'string' ? value.value : otherwise;
}
