import type { z } from 'zod';

/** A CEL rule (x-kubernetes-validations) and what a user reads when it refuses. */
export interface Rule {
  rule: string;
  message: string;
  fieldPath?: string;
}

export interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
  /** 0 is shown always, 1 with `kubectl get -o wide`. */
  priority: 0 | 1;
  description: string;
}

/** All that makes one kind of the API: the only source of its CRD, its types and its reference. */
export interface KindDefinition {
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  scope: 'Namespaced' | 'Cluster';
  description: string;
  spec: z.ZodObject;
  status: z.ZodObject;
  /** Rules at the root of the object, where metadata.name can be seen. */
  rules: readonly Rule[];
  columns: readonly Column[];
}

export function validations(...rules: readonly Rule[]): { 'x-kubernetes-validations': readonly Rule[] } {
  return { 'x-kubernetes-validations': rules };
}

/** A list whose items are distinct and whose order means nothing. */
export const setList = { 'x-kubernetes-list-type': 'set' } as const;
/** A list that is replaced as a whole. */
export const atomicList = { 'x-kubernetes-list-type': 'atomic' } as const;
/** For a status field that later rounds read back: what does not fit is left out, because half of it would be another value. */
export const remembered = { 'x-sluice-remembered': true } as const;
export const int32 = { format: 'int32' } as const;
export const int64 = { format: 'int64' } as const;

/** The effective value of `field`, which falls back to metadata.name, never changes. */
export function immutableNameRule(field: string, noun: string): Rule {
  const effective = (object: string) =>
    `(has(${object}.spec.${field}) ? ${object}.spec.${field} : ${object}.metadata.name)`;
  return {
    rule: `${effective('self')} == ${effective('oldSelf')}`,
    message: `the ${noun} cannot change; delete this resource and create one with the new ${noun}`,
    fieldPath: `.spec.${field}`,
  };
}

/** An optional field that neither changes, comes nor goes. */
export function immutableFieldRule(field: string): Rule {
  return {
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `${field} cannot change; delete this resource and create one with the new ${field}`,
    fieldPath: `.${field}`,
  };
}
