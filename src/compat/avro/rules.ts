import type { Severity } from '../problem.ts';

/** How bad it is when a rule finds something; `docs/compatibility.md` has an example of each. */
export const avroRules = {
  // What a schema must be, whatever it is compared with.
  AvroNotJson: 'break',
  AvroAttributeMissing: 'break',
  AvroAttributeInvalid: 'break',
  AvroTypeUnknown: 'break',
  AvroNameInvalid: 'break',
  AvroNameDuplicate: 'break',
  AvroUsedBeforeDefined: 'break',
  AvroUnionInvalid: 'break',
  AvroDefaultInvalid: 'break',
  AvroDefaultNotOfFirstBranch: 'risk',
  AvroNamespaceInvalid: 'risk',
  AvroAliasTaken: 'risk',
  AvroLogicalTypeIgnored: 'advice',
  // Whether a reader resolves what a writer wrote.
  AvroTypeChanged: 'break',
  AvroNameChanged: 'break',
  AvroFieldWithoutDefault: 'break',
  AvroFieldAliasAmbiguous: 'break',
  AvroEnumSymbolMissing: 'break',
  AvroFixedSizeChanged: 'break',
  AvroUnionBranchMissing: 'break',
  AvroDecimalScaleChanged: 'break',
  AvroDecimalPrecisionChanged: 'risk',
  AvroTimeUnitChanged: 'risk',
  AvroLogicalTypeChanged: 'risk',
  AvroNumberLosesDigits: 'risk',
  AvroBytesReadAsText: 'risk',
  AvroNamespaceChanged: 'risk',
  AvroUnionBranchOutrun: 'risk',
  AvroRenameNotSeen: 'risk',
  AvroEnumSymbolReplaced: 'advice',
  AvroAliasNeeded: 'advice',
  AvroOrderChanged: 'advice',
  // What the checker cannot tell.
  AvroTooLarge: 'risk',
  AvroVersionUnreadable: 'risk',
} as const satisfies Readonly<Record<string, Severity>>;

export type AvroRule = keyof typeof avroRules;

/** What a rule found leaves open whether the schemas are compatible. */
export function leavesOpen(rule: AvroRule): boolean {
  return rule === 'AvroTooLarge' || rule === 'AvroVersionUnreadable';
}
