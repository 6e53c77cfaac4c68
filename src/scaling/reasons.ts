/** Why a group has, or gets, the number of replicas it has. */
export type ScalingReason =
  /** Lag is inside the objective and the size is right. */
  | 'WithinObjective'
  | 'LagOverObjective'
  /** More arrives than the replicas can process with some room to spare, though lag is still inside the objective. */
  | 'DemandOverCapacity'
  /** Offsets or the group's state could not be read. */
  | 'LagUnknown'
  /** The history is too short to judge, as after a start of the operator. */
  | 'Learning'
  /** Another size would do; the time to be sure of it has not passed. */
  | 'Stabilizing'
  | 'GroupRebalancing'
  /** No record is processed although some wait: more replicas would not help. */
  | 'PersistentLag'
  /** One partition gets more than one member can process. */
  | 'HotPartition'
  /** More replicas brought no more throughput: something behind them is the limit. */
  | 'DownstreamBound'
  | 'AtMinReplicas'
  | 'AtMaxReplicas'
  | 'AtPartitionLimit'
  | 'FixedByUser'
  | 'RecommendOnly'
  | 'ScalingOff';
