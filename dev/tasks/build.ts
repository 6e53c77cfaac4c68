import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { refusalOfOldNode } from '../bundle/any-node.ts';
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

const FROM_SOURCES: BuildOptions = {
  bundle: true,
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
};

export async function run(): Promise<number> {
  await during('dist/sluice.mjs', () => bundleOperator(join(ROOT, 'dist', 'sluice.mjs')));
  await during('dist/sluice-cli.mjs', () => bundleCommandLine(join(ROOT, 'dist', 'sluice-cli.mjs')));
  return 0;
}

/** Bundles the operator with all that it needs into one module. */
export async function bundleOperator(outfile: string): Promise<void> {
  await build({
    ...FROM_SOURCES,
    entryPoints: [join(ROOT, 'src', 'main.ts')],
    outfile,
    format: 'esm',
    banner: { js: `${refusalOfOldNode('the operator')}\n${COMMONJS}` },
    sourcemap: 'linked',
  });
}

/**
 * Bundles the command line with all that it needs into one file that can be run as it is, under any name: a script and a
 * module at once, in a syntax that an old Node reads too, so that it comes as far as the refusal.
 */
export async function bundleCommandLine(outfile: string): Promise<void> {
  await build({
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
}
