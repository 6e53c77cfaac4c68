/** What was asked for cannot be done; the message is for the user. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}
