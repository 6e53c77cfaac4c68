import { runProgram } from '../../../src/cli/program.ts';

export interface Heard {
  code: number;
  out: string;
  said: readonly string[];
}

interface Around {
  /** On a terminal. */
  colours?: boolean;
  input?: string;
  /** Of the input, as they come. */
  parts?: Iterable<string>;
}

/** Runs the program in this process, for what needs nobody else. */
export async function run(args: readonly string[], program = 'sluice', around: Around = {}): Promise<Heard> {
  let out = '';
  const said: string[] = [];
  const code = await runProgram(args, {
    program,
    env: {},
    colours: around.colours ?? false,
    signal: new AbortController().signal,
    print: (text) => {
      out += text;
    },
    say: (line) => void said.push(line),
    readInput: async () => around.input ?? '',
    readInputInParts: async function* () {
      yield* around.parts ?? [around.input ?? ''];
    },
  });
  return { code, out, said };
}
