import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
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

interface Program {
  entry: string;
  mode: number;
}

const OPERATOR: Program = { entry: 'main.ts', mode: 0o644 };
/** It can be run as it is. */
export const COMMAND_LINE: Program = { entry: 'cli/main.ts', mode: 0o755 };

export async function run(): Promise<number> {
  await during('dist/sluice.mjs', () => bundle(OPERATOR, join(ROOT, 'dist', 'sluice.mjs')));
  await during('dist/sluice-cli.mjs', () => bundle(COMMAND_LINE, join(ROOT, 'dist', 'sluice-cli.mjs')));
  return 0;
}

/** Bundles a program with all that it needs into one file. */
export async function bundle({ entry, mode }: Program, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(ROOT, 'src', entry)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: COMMONJS },
    // Less to read and to keep in memory; names stay, so that a stack trace can be read without the map.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    legalComments: 'none',
    // The plain one reads a file beside itself, which a bundle does not have; this one carries it.
    alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
    plugins: [dropUnusedModules],
    logLevel: 'warning',
  });
  chmodSync(outfile, mode);
}
