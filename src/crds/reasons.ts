/**
 * Every reason, once: it serves conditions, events, metrics and tests.
 * `row` is its row of the status contract; `event` is the type of the event that tells of it, absent for none.
 */
export interface ReasonMeaning {
  row: 'done' | 'working' | 'stalled' | 'paused' | 'finding' | 'happened';
  event?: 'Normal' | 'Warning';
}

const done = { row: 'done' } as const satisfies ReasonMeaning;
const working = { row: 'working', event: 'Warning' } as const satisfies ReasonMeaning;
const progressing = { row: 'working' } as const satisfies ReasonMeaning;
const stalled = { row: 'stalled', event: 'Warning' } as const satisfies ReasonMeaning;
const happened = { row: 'happened', event: 'Normal' } as const satisfies ReasonMeaning;
const finding = { row: 'finding' } as const satisfies ReasonMeaning;

export const reasons = {
  // every kind
  InSync: done,
  Progressing: progressing,
  Paused: { row: 'paused', event: 'Normal' },
  InvalidSpec: stalled,
  InternalError: working,
  StatusRefused: working,
  AuthorizationDenied: stalled,
  ClusterNotFound: working,
  ClusterNotReady: progressing,
  AmbiguousDefaultCluster: working,
  ClusterIdChanged: stalled,
  ClusterReadOnly: working,
  KafkaUnavailable: working,
  KafkaThrottled: working,
  RegistryUnavailable: working,
  NotGranted: stalled,
  QuotaExceeded: stalled,
  ConfigNotAllowed: stalled,
  OwnedByOther: stalled,
  PlanOnly: stalled,
  Deleting: progressing,
  Released: happened,
  FinalizersRemaining: progressing,
  // EventCluster
  Connected: done,
  SecretNotReady: working,
  AuthenticationFailed: working,
  CertificateNotTrusted: working,
  // EventTopic
  Created: happened,
  Adopted: happened,
  PartitionsGrown: happened,
  ConfigChanged: happened,
  DriftCorrected: happened,
  Deleted: happened,
  PartitionDecreaseRefused: stalled,
  KeyMoveNotAcknowledged: stalled,
  ReassignmentNotAllowed: stalled,
  ReassignmentRunning: progressing,
  ReassignmentWaiting: working,
  ReplicasChanged: happened,
  ConfigRejected: stalled,
  ValueRewrittenByBroker: stalled,
  NotEnoughBrokers: stalled,
  DriftReported: { row: 'finding', event: 'Warning' },
  AdoptionMismatch: stalled,
  AdoptionRefused: stalled,
  TopicRecreated: stalled,
  TopicDeletedOutOfBand: stalled,
  DeletionProtected: working,
  DeletionDisabledOnBroker: working,
  DeletionLimitReached: working,
  DeletionUnconfirmed: stalled,
  RestoreUnconfirmed: stalled,
  NameRefused: stalled,
  OverPartitioned: { row: 'finding', event: 'Warning' },
  NamingViolation: { row: 'finding', event: 'Warning' },
  TopicRejected: stalled,
  // EventSchema
  Registered: happened,
  MatchesOlderVersion: done,
  NewerVersionExists: { row: 'done', event: 'Warning' },
  LevelChanged: happened,
  LevelRestored: happened,
  Incompatible: stalled,
  InvalidSchema: stalled,
  UnsupportedByRegistry: stalled,
  SubjectDeletedOutOfBand: stalled,
  ReferenceNotReady: working,
  RegistryNotConfigured: working,
  RegistryReadOnly: working,
  // EventConsumer
  Scaled: happened,
  TargetNotFound: working,
  TargetOwnedByAutoscaler: stalled,
  TopicNotReady: working,
  WithinObjective: finding,
  LagOverObjective: finding,
  LagUnknown: finding,
  AtPartitionLimit: finding,
  AtMaxReplicas: finding,
  AtMinReplicas: finding,
  Stabilizing: finding,
  GroupRebalancing: finding,
  FixedByUser: finding,
  RecommendOnly: finding,
  ScalingOff: finding,
  DemandOverCapacity: finding,
  PersistentLag: finding,
  HotPartition: finding,
  DownstreamBound: finding,
  Learning: finding,
} as const satisfies Record<string, ReasonMeaning>;

export type Reason = keyof typeof reasons;

/** The reasons of one row of the status contract. */
export type ReasonOf<Row extends ReasonMeaning['row']> = {
  [Name in Reason]: (typeof reasons)[Name]['row'] extends Row ? Name : never;
}[Reason];

/** The type of the event that tells of it; `undefined`: none does. */
export function eventTypeOf(reason: string): ReasonMeaning['event'] {
  return meanings.get(reason)?.event;
}
const meanings = new Map<string, ReasonMeaning>(Object.entries(reasons));

/** `Reason.InSync` instead of `'InSync'`: a typing error does not compile. */
export const Reason = Object.fromEntries(Object.keys(reasons).map((name) => [name, name])) as {
  readonly [Name in Reason]: Name;
};
