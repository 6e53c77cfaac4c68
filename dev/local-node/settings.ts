/** The node's times. The defaults are a kubelet's, where it has the same notion. */
export interface NodeSettings {
  /** Wait before the second restart in a row (the first is immediate); it doubles with each further one. */
  restartBackoffMs: number;
  restartBackoffMaxMs: number;
  /** A container that ran this long starts again with no backoff. */
  restartBackoffResetMs: number;
  /** Wait before looking again for a ConfigMap, Secret or key that was not there. */
  configRetryMs: number;
  /** A probe that has not passed yet is also tried between its regular times, at first this often. */
  earlyProbeMs: number;
  leaseRenewMs: number;
  leaseSeconds: number;
  /** How often the node's Ready condition gets a new heartbeat. */
  heartbeatMs: number;
  /** Between SIGTERM and SIGKILL when the node itself stops, and for pods removed by force. */
  stopGraceMs: number;
  /** Wait before an API call that failed is made again. */
  apiRetryMs: number;
}

export const defaultSettings: NodeSettings = {
  restartBackoffMs: 10_000,
  restartBackoffMaxMs: 300_000,
  restartBackoffResetMs: 600_000,
  configRetryMs: 2_000,
  earlyProbeMs: 100,
  leaseRenewMs: 10_000,
  leaseSeconds: 40,
  heartbeatMs: 300_000,
  stopGraceMs: 2_000,
  apiRetryMs: 500,
};
