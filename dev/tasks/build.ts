import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { refusalOfOldNode } from '../bundle/any-node.ts';
import { billOfMaterials, type LockFile } from '../bundle/sbom.ts';
import { ROOT } from '../setup/dependencies.mjs';
import { during } from '../setup/progress.mjs';

// Packages written for CommonJS call these; a module has neither.
const COMMONJS = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { dirname as __directoryOf } from 'node:path';",
  "import { fileURLToPath as __pathOf } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __pathOf(import.meta.url);',
  'const __dirname = __directoryOf(__filename);',
].join('\n');

// A script has `require`, a module has to make it, and only a module may name `import.meta`.
const SCRIPT_OR_MODULE = [
  "var require = typeof require === 'function' ? require : process.getBuiltinModule('module').createRequire(process.argv[1]);",
  "var __url = require('node:url').pathToFileURL(process.argv[1]).href;",
].join('\n');

/** Libraries of which we use a small part, and whose modules do nothing by being imported. */
const MOSTLY_UNUSED = ['@kubernetes/client-node', '@platformatic/kafka'];
const resolvedBefore = Symbol('resolved before');

/** Lets the bundler leave out modules that nothing is taken from: less to read at start, and to keep in memory. */
const dropUnusedModules: Plugin = {
  name: 'drop unused modules',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /./ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      const concerns = MOSTLY_UNUSED.some((name) => path === name || importer.includes(join('node_modules', name)));
      if (!concerns || pluginData === resolvedBefore) return undefined;
      const found = await resolve(path, { importer, resolveDir, kind, pluginData: resolvedBefore });
      const within = MOSTLY_UNUSED.some((name) => found.path.includes(join('node_modules', name)));
      return within ? { ...found, sideEffects: false } : undefined;
    });
  },
};

const FROM_SOURCES = {
  bundle: true,
  metafile: true,
  absWorkingDir: ROOT,
  platform: 'node',
  target: 'node24',
  // Less to read and to keep in memory; names stay, so that a stack trace can be read without a map.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  // The plain one reads a file beside itself, which a bundle does not have; this one carries it.
  alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
  plugins: [dropUnusedModules],
  logLevel: 'warning',
} as const satisfies BuildOptions;

const inDist = (name: string) => join(ROOT, 'dist', name);

export async function run(): Promise<number> {
  const operator = await during('dist/sluice.mjs', () => bundleOperator(inDist('sluice.mjs')));
  const checker = await during('dist/checker.mjs', () => bundleChecker(inDist('checker.mjs')));
  const commandLine = await during('dist/sluice-cli.mjs', () => bundleCommandLine(inDist('sluice-cli.mjs')));
  const lock: LockFile = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const bill = billOfMaterials(
    lock,
    [...operator, ...checker, ...commandLine],
    `node_modules/node-linux-${process.arch}`,
  );
  writeFileSync(inDist('sluice.spdx.json'), `${JSON.stringify(bill, undefined, 2)}\n`);
  return 0;
}

/** The files of which some code is in the bundles, relative to the checkout. */
function filesIn({ outputs }: Metafile): readonly string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []));
}

/** Bundles the operator with all that it needs into one module. Returns the files whose code is in it. */
export async function bundleOperator(outfile: string): Promise<readonly string[]> {
  const { metafile } = await build({
    ...FROM_SOURCES,
    entryPoints: [join(ROOT, 'src', 'main.ts')],
    outfile,
    format: 'esm',
    banner: { js: `${refusalOfOldNode('the operator')}\n${COMMONJS}` },
    sourcemap: 'linked',
  });
  return filesIn(metafile);
}

/** Bundles the thread that the operator starts from beside itself. Returns the files whose code is in it. */
async function bundleChecker(outfile: string): Promise<readonly string[]> {
  const entryPoints = [join(ROOT, 'src', 'checker.ts')];
  const { metafile } = await build({ ...FROM_SOURCES, entryPoints, outfile, format: 'esm', sourcemap: 'linked' });
  return filesIn(metafile);
}

/**
 * Bundles the command line with all that it needs into one file that can be run as it is, under any name: a script and a
 * module at once, in a syntax that an old Node reads too, so that it comes as far as the refusal.
 * Returns the files whose code is in it.
 */
export async function bundleCommandLine(outfile: string): Promise<readonly string[]> {
  const { metafile } = await build({
    ...FROM_SOURCES,
    entryPoints: [join(ROOT, 'src', 'cli', 'main.ts')],
    outfile,
    format: 'iife',
    target: 'es2019',
    // ES2019 has none; every Node that gets to them has.
    logOverride: { bigint: 'silent' },
    banner: { js: `'use strict';\n${refusalOfOldNode('sluice')}\n${SCRIPT_OR_MODULE}` },
    define: { 'import.meta.url': '__url' },
    sourcemap: 'linked',
  });
  chmodSync(outfile, 0o755);
  return filesIn(metafile);
}
