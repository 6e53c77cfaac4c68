import { runProgram } from '../../../src/cli/program.ts';

export interface Heard {
  code: number;
  out: string;
  said: readonly string[];
}

/** Runs the program in this process, for what needs nobody else. */
export async function run(args: readonly string[], program = 'sluice'): Promise<Heard> {
  let out = '';
  const said: string[] = [];
  const code = await runProgram(args, {
    program,
    env: {},
    colours: false,
    signal: new AbortController().signal,
    print: (text) => {
      out += text;
    },
    say: (line) => void said.push(line),
    readInput: async () => '',
  });
  return { code, out, said };
}
