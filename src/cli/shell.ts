/** What a command may touch of the process that it runs in. */
export interface Shell {
  /** How the user calls us: `sluice`, or `kubectl sluice`. */
  program: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether what `print` writes is looked at in colours. */
  colours: boolean;
  /** What the command is for goes to standard output, so that it can be piped; the text ends its own lines. */
  print(text: string): void;
  /** One line to standard error: what happened beside it. */
  say(line: string): void;
  readInput(): Promise<string>;
  /** The same as it comes, for what is too long to be kept. */
  readInputInParts(): AsyncIterable<string>;
  signal: AbortSignal;
}

/** Something that the user can mend. The message says what is wrong and for which input; `next` is what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly next: string | undefined;

  constructor(message: string, next?: string) {
    super(message);
    this.next = next;
  }
}

export const exitCode = {
  done: 0,
  /** diff: something differs. import: a pattern matched no topic. schema: incompatible. doctor: something is wrong. */
  found: 1,
  /** Wrong use, input that is refused, somebody who does not answer, or a question that cannot be answered. */
  failed: 2,
} as const;
