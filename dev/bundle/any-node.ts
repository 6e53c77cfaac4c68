/** As `@platformatic/kafka` asks for it; older ones of 24 do not have all that it uses. */
const NEEDED = { major: 24, minor: 6 };
const FAILED = 2;

/** Stands for the end of a comment inside of one. */
const COMMENT_END = '*~/';

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

/**
 * A program that any Node can read as a script and as a module, whatever its file is called: `script`, which only a
 * new one understands, is a comment to the others. It has `require`, `__filename`, `__dirname` and `__url`, and can
 * import nothing.
 */
export function readableByAnyNode(program: string, script: string): string {
  if (script.includes(COMMENT_END)) throw new Error(`${program}: the bundle holds ${COMMENT_END}, choose another mark`);
  const head = `#!/usr/bin/env node
${refusalOfOldNode(program)}
(function (carrier, lines) {
  var get = process.getBuiltinModule;
  var file = get('node:fs').realpathSync(process.argv[1]);
  var url = get('node:url').pathToFileURL(file).href;
  var text = carrier.toString();
  var script = text.slice(text.indexOf('/*') + 2, text.lastIndexOf('*/')).split('${COMMENT_END}').join('*' + '/');
  var names = ['require', '__filename', '__dirname', '__url'];
  var run = get('node:vm').compileFunction(script, names, { filename: file, lineOffset: lines });
  run(get('node:module').createRequire(url), file, get('node:path').dirname(file), url);
})(function () {/*`;
  const body = script.replaceAll('*/', COMMENT_END);
  // A stack trace names the line of this file.
  return `${head}${body}*/}, ${head.split('\n').length - 1});\n`;
}
