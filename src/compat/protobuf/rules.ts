import type { Severity } from '../problem.ts';

/** How bad it is when a rule finds something; `docs/compatibility.md` has an example of each. */
export const protobufRules = {
  // What a schema must be, whatever it is compared with.
  ProtoSyntaxInvalid: 'break',
  ProtoNumberInvalid: 'break',
  ProtoNumberDuplicate: 'break',
  ProtoNameDuplicate: 'break',
  ProtoReservedUsed: 'break',
  ProtoTypeUnknown: 'break',
  ProtoEnumInvalid: 'break',
  ProtoFieldInvalid: 'break',
  ProtoOptionInvalid: 'break',
  ProtoJsonNameConflict: 'risk',
  // Whether a reader gets what a writer wrote.
  ProtoMessageRemoved: 'break',
  ProtoTypeChanged: 'break',
  ProtoNumberNarrowed: 'break',
  ProtoEncodingChanged: 'break',
  ProtoListReadAsSingle: 'break',
  ProtoListReadAsMap: 'break',
  ProtoRequiredAdded: 'break',
  ProtoOneofJoined: 'break',
  ProtoZeroLost: 'break',
  ProtoFieldMoved: 'break',
  ProtoEnumValueMissing: 'break',
  ProtoEnumValueMoved: 'break',
  ProtoEnumClosed: 'risk',
  ProtoEnumValueRenamed: 'risk',
  ProtoEnumValueUnknown: 'advice',
  ProtoFieldRenamed: 'risk',
  ProtoJsonNameChanged: 'risk',
  ProtoTypeRead: 'risk',
  ProtoSingleReadAsList: 'risk',
  ProtoMapReadAsList: 'risk',
  ProtoDefaultChanged: 'risk',
  ProtoPresenceChanged: 'risk',
  ProtoUtf8Checked: 'risk',
  ProtoPackingChanged: 'advice',
  ProtoPackageChanged: 'risk',
  ProtoMessageRenamed: 'risk',
  ProtoTypeRemoved: 'risk',
  ProtoTypeRenamed: 'risk',
  ProtoFirstMessageChanged: 'risk',
  ProtoNumberNotReserved: 'risk',
  ProtoReservedNumberReused: 'risk',
  // What the checker cannot tell.
  ProtoNotProven: 'risk',
  ProtoTooLarge: 'risk',
  ProtoVersionUnreadable: 'risk',
  ProtoImportNotGiven: 'risk',
  ProtoEditionUnknown: 'risk',
} as const satisfies Readonly<Record<string, Severity>>;

export type ProtobufRule = keyof typeof protobufRules;

const open: readonly ProtobufRule[] = [
  ...(['ProtoNotProven', 'ProtoTooLarge', 'ProtoVersionUnreadable'] as const),
  ...(['ProtoImportNotGiven', 'ProtoEditionUnknown'] as const),
];

/** What a rule found leaves open whether the schemas are compatible. */
export function leavesOpen(rule: ProtobufRule): boolean {
  return open.includes(rule);
}
