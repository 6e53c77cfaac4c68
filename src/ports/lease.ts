/** Who leads, as the Lease object says; times that are absent or cannot be read are 1970. */
export interface LeaseRecord {
  /** Empty: given up by its last holder. */
  holder: string;
  acquiredAt: Date;
  renewedAt: Date;
  /** How long others have to see no renewal before they may take over. */
  durationSeconds: number;
  /** How often the holder changed. */
  transitions: number;
  resourceVersion: string;
}

/** What we want the Lease to say; `replace` carries the resourceVersion that it was decided on. */
export type NewLease = Omit<LeaseRecord, 'resourceVersion'>;

/** One Lease object. Every call throws only Fault; when another process was faster, that is a Fault of kind `conflict`. */
export interface LeaseStore {
  /** A live read; `undefined`: no such Lease. */
  read(signal: AbortSignal): Promise<LeaseRecord | undefined>;
  /** Returns what is stored now. */
  create(record: NewLease, signal: AbortSignal): Promise<LeaseRecord>;
  /** Returns what is stored now. A Lease that is gone is a conflict too. */
  replace(record: LeaseRecord, signal: AbortSignal): Promise<LeaseRecord>;
}
