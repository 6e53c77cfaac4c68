import type { Severity } from '../problem.ts';

/** How bad it is when a rule finds something; `docs/compatibility.md` has an example of each. */
export const jsonSchemaRules = {
  // What a schema must be, whatever it is compared with.
  JsonNotJson: 'break',
  JsonSchemaInvalid: 'break',
  JsonKeywordInvalid: 'break',
  JsonPatternInvalid: 'break',
  JsonReferenceBroken: 'break',
  JsonKeyDuplicate: 'risk',
  // Whether a reader takes every document that a writer may write.
  JsonTypeNarrowed: 'break',
  JsonValueMissing: 'break',
  JsonNothingAllowed: 'break',
  JsonBoundNarrowed: 'break',
  JsonMultipleChanged: 'break',
  JsonLengthNarrowed: 'break',
  JsonPatternChanged: 'break',
  JsonItemCountNarrowed: 'break',
  JsonItemsClosed: 'break',
  JsonUniqueItemsAdded: 'break',
  JsonContainsChanged: 'break',
  JsonPropertyRequired: 'break',
  JsonPropertyRequiredWithDefault: 'break',
  JsonPropertyForbidden: 'break',
  JsonPropertyAddedToOpenModel: 'break',
  JsonContentModelClosed: 'break',
  JsonPropertyNamesNarrowed: 'break',
  JsonPropertyCountNarrowed: 'break',
  JsonDependencyAdded: 'break',
  JsonAlternativeMissing: 'break',
  JsonAlternativesOverlap: 'break',
  JsonNotExcludesMore: 'break',
  JsonUnevaluatedClosed: 'break',
  JsonFormatChanged: 'risk',
  JsonContentChanged: 'risk',
  // What the checker cannot tell.
  JsonNotProven: 'risk',
  JsonTooLarge: 'risk',
  JsonVersionUnreadable: 'risk',
  JsonReferenceNotGiven: 'risk',
  JsonDialectUnknown: 'risk',
} as const satisfies Readonly<Record<string, Severity>>;

export type JsonSchemaRule = keyof typeof jsonSchemaRules;

const open: readonly JsonSchemaRule[] = [
  ...(['JsonNotProven', 'JsonTooLarge', 'JsonVersionUnreadable'] as const),
  ...(['JsonReferenceNotGiven', 'JsonDialectUnknown'] as const),
];

/** What a rule found leaves open whether the schemas are compatible. */
export function leavesOpen(rule: JsonSchemaRule): boolean {
  return open.includes(rule);
}
