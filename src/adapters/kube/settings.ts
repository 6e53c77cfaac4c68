/** Limits and times of the Kubernetes adapter; the defaults suit any cluster. */
export interface KubeSettings {
  /** How long one call may take, waiting for a free connection included. For a watch: until it is open. */
  callDeadlineMs: number;
  /** Connections for calls. Each watch has one of its own, so that watches cannot starve calls. */
  connections: number;
  /** An answer above this is cut off; a list is then asked for in smaller pages. */
  maxResponseBytes: number;
  /** Objects per page of a list. */
  pageSize: number;
  /** How long credentials are used before the kubeconfig, its files and plugins are asked again. */
  credentialsMaxAgeMs: number;
  /** A watch that says nothing for this long is cut. The API server sends a bookmark about once a minute. */
  watchSilenceMs: number;
  /** A watch is asked to last between this and twice this, so that watches do not all end together. */
  watchDurationMs: number;
  /** The shortest and longest wait before a failed list or watch is tried again. */
  retryMinMs: number;
  retryMaxMs: number;
  /** How often an optional kind that is not installed is looked for. */
  absentKindMs: number;
  /** Sent as `User-Agent: sluice/<version>`; the API server also names the field manager after it. */
  version: string;
}

export const defaultKubeSettings: KubeSettings = {
  callDeadlineMs: 10_000,
  connections: 32,
  maxResponseBytes: 64 * 1024 * 1024,
  pageSize: 500,
  credentialsMaxAgeMs: 5_000,
  watchSilenceMs: 180_000,
  watchDurationMs: 300_000,
  retryMinMs: 800,
  retryMaxMs: 10_000,
  absentKindMs: 60_000,
  version: 'dev',
};
