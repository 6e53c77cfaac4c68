/** The reasons that the runtime gives by itself; all others come from the kinds. */
export const RuntimeReason = {
  Progressing: 'Progressing',
  Deleting: 'Deleting',
  Released: 'Released',
  FinalizersRemaining: 'FinalizersRemaining',
  Paused: 'Paused',
  AuthorizationDenied: 'AuthorizationDenied',
  InvalidSpec: 'InvalidSpec',
  InternalError: 'InternalError',
  StatusRefused: 'StatusRefused',
} as const;
