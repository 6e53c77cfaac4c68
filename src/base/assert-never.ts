/** Closes a switch: a new case does not compile until it is handled. */
export function assertNever(value: never): never {
  throw new Error(`unexpected case ${JSON.stringify(value)}`);
}
