/** As `@platformatic/kafka` asks for it; older ones of 24 do not have all that it uses. */
const NEEDED = { major: 24, minor: 6 };
const FAILED = 2;

/**
 * Lines that end the process on a Node that is too old, with one line that says so. In the syntax of 2009, so that any
 * Node can read them.
 */
export function refusalOfOldNode(program: string): string {
  const { major, minor } = NEEDED;
  return `var __node = process.versions.node.split('.').map(Number);
if (__node[0] < ${major} || (__node[0] === ${major} && __node[1] < ${minor})) {
  console.error('error: ${program} needs Node ${major}.${minor} or newer, and ' + process.execPath + ' is ' + process.versions.node +
    ': install one from https://nodejs.org/en/download and put it first on your PATH');
  process.exit(${FAILED});
}`;
}
