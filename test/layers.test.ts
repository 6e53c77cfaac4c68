import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob, relative } from 'node:path/posix';
import { expect, test } from 'vitest';

/** What a folder of src may import of ours, besides itself. Files right in src put the parts together and may use all. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'config.ts': [],
  crds: [],
  ports: [],
  runtime: ['ports/**'],
  lag: ['ports/**'],
  scaling: ['ports/**'],
  compat: ['ports/**'],
  controllers: ['crds/**', 'ports/**', 'runtime/**', 'lag/**', 'scaling/**', 'compat/**'],
  admission: ['crds/**', 'ports/**', 'compat/**', 'controllers/*/plan.ts'],
  adapters: ['ports/**'],
  cli: [
    ...['crds/**', 'ports/**', 'compat/**', 'scaling/**', 'lag/**', 'controllers/*/plan.ts', 'adapters/**'],
    // It finds clusters, logs in, reads grants and knows topics as the operator does.
    ...['controllers/{cluster-use,credentials,globs}.ts', 'controllers/*/identity.ts'],
    // What it says that the operator would do is what the operator's own look and plan say; it never acts.
    'controllers/*/{consult,decision,observe,observed,planned-changes}.ts',
  ],
};

/** Who may use which packages; adapters may use any, and what Node brings is open to all. */
const packages: Readonly<Record<string, readonly string[]>> = { crds: ['zod'], 'config.ts': ['zod'], cli: ['yaml'] };

/** Decisions take time, chance and facts as arguments, so that the same input gives the same answer. */
const pure = ['controllers/*/plan.ts', 'controllers/*/report.ts', 'scaling/**', 'compat/**'];
/** Where a program starts: what it is started with and how it is told to stop are read here and handed on. */
const roots = ['main.ts', 'cli/main.ts'];
const impure: readonly RegExp[] = [
  /\bawait\b/,
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /\bperformance\.now\b/,
  /\bprocess\./,
  /\bconsole\./,
  /\/ports\/log\.ts/,
];

/** The rules that `text` breaks as the file `src/<path>`. */
function violations(path: string, text: string): readonly string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '');
  // A text that begins with the word, as in the help of a command, imports nothing.
  const specifiers = [...code.matchAll(/(?<!["'])(?:\bfrom|\bimport)\s*\(?\s*'([^'\s]+)'/g)].map(
    ([, specifier = '']) => specifier,
  );
  return [
    ...specifiers.filter((specifier) => !importIsAllowed(path, specifier)).map((specifier) => `imports ${specifier}`),
    ...(pure.some((glob) => matchesGlob(path, glob)) ? impure.filter((word) => word.test(code)).map(String) : []),
    ...(!roots.includes(path) && /\bprocess\.(env|on|once)\b/.test(code)
      ? ['is for main.ts: environment and signals']
      : []),
    ...(path.startsWith('runtime/') && /Event(Cluster|Topic|Schema|Consumer)/.test(code) ? ['names a kind'] : []),
  ];
}

function importIsAllowed(path: string, specifier: string): boolean {
  const [area = ''] = path.split('/');
  if (specifier.startsWith('node:')) return true;
  // The version stands in one place.
  if (area === 'cli' && join(dirname(path), specifier) === '../package.json') return true;
  if (!specifier.startsWith('.')) return area === 'adapters' || (packages[area] ?? []).includes(specifier);
  const target = join(dirname(path), specifier);
  const allowed = mayImport[area];
  if (allowed === undefined) return !path.includes('/');
  return target.split('/')[0] === area || allowed.some((glob) => matchesGlob(target, glob));
}

const src = join(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(src, join(entry.parentPath, entry.name)))
  .sort();

test('there are files to look at', () => {
  expect(files).toContain('main.ts');
  expect(files).toContain('runtime/round.ts');
});

test.each(files)('src/%s keeps to its layer', (path) => {
  expect(violations(path, readFileSync(join(src, path), 'utf8'))).toEqual([]);
});

const rows: readonly { it: string; path: string; text: string; found: readonly string[] }[] = [
  {
    it: 'lets the runtime use ports',
    path: 'runtime/round.ts',
    text: "import type { Clock } from '../ports/clock.ts';",
    found: [],
  },
  {
    it: 'lets a folder use itself',
    path: 'adapters/kube/store.ts',
    text: "import { x } from '../clock.ts';",
    found: [],
  },
  { it: 'lets adapters use packages', path: 'adapters/log.ts', text: "import pino from 'pino';", found: [] },
  {
    it: 'lets main use all',
    path: 'main.ts',
    text: "import { x } from './adapters/x.ts'; process.once('SIGTERM', x);",
    found: [],
  },
  {
    it: 'lets admission use plans',
    path: 'admission/webhook.ts',
    text: "import { x } from '../controllers/event-topic/plan.ts';",
    found: [],
  },
  {
    it: 'lets the command line use adapters and start by itself',
    path: 'cli/main.ts',
    text: "import { x } from '../adapters/x.ts'; process.once('SIGTERM', x);",
    found: [],
  },
  {
    it: 'keeps the environment from commands',
    path: 'cli/import/command.ts',
    text: 'const path = process.env.KUBECONFIG;',
    found: ['is for main.ts: environment and signals'],
  },
  {
    it: 'keeps effects from the command line',
    path: 'cli/diff/command.ts',
    text: "import { x } from '../../controllers/event-topic/act.ts';",
    found: ['imports ../../controllers/event-topic/act.ts'],
  },
  {
    it: 'keeps behaviours from admission',
    path: 'admission/webhook.ts',
    text: "import { x } from '../controllers/event-topic/behaviour.ts';",
    found: ['imports ../controllers/event-topic/behaviour.ts'],
  },
  {
    it: 'keeps kinds from the runtime',
    path: 'runtime/round.ts',
    text: "import { x } from '../crds/event-topic.ts';",
    found: ['imports ../crds/event-topic.ts'],
  },
  {
    it: 'keeps types of adapters from controllers',
    path: 'controllers/event-topic/behaviour.ts',
    text: "import type {\n  X,\n} from '../../adapters/x.ts';",
    found: ['imports ../../adapters/x.ts'],
  },
  {
    it: 'keeps client libraries from controllers',
    path: 'controllers/event-topic/act.ts',
    text: "import { Kafka } from 'kafkajs';",
    found: ['imports kafkajs'],
  },
  {
    it: 'sees re-exports',
    path: 'ports/kafka.ts',
    text: "export { x } from '../runtime/kind.ts';",
    found: ['imports ../runtime/kind.ts'],
  },
  {
    it: 'sees imports at run time',
    path: 'lag/poller.ts',
    text: "const x = await import('../runtime/kind.ts');",
    found: ['imports ../runtime/kind.ts'],
  },
  {
    it: 'sees imports without names',
    path: 'scaling/decide.ts',
    text: "import '../lag/poller.ts';",
    found: ['imports ../lag/poller.ts'],
  },
  {
    it: 'takes no text for an import',
    path: 'cli/import/command.ts',
    text: "const examples = [['all of them', \"import '*'\"], ['import', 'import']];",
    found: [],
  },
  {
    it: 'keeps folders that nobody has placed from everything',
    path: 'extra/x.ts',
    text: "import { x } from '../ports/log.ts';",
    found: ['imports ../ports/log.ts'],
  },
  {
    it: 'keeps waiting from plans',
    path: 'controllers/event-topic/plan.ts',
    text: 'const x = await y;',
    found: ['/\\bawait\\b/'],
  },
  {
    it: 'keeps time from scaling',
    path: 'scaling/rates.ts',
    text: 'const now = Date.now();',
    found: ['/\\bDate\\.now\\b/'],
  },
  {
    it: 'keeps chance from compat',
    path: 'compat/check.ts',
    text: 'const x = Math.random();',
    found: ['/\\bMath\\.random\\b/'],
  },
  {
    it: 'lets plans speak of waiting',
    path: 'controllers/event-topic/plan.ts',
    text: '// await nobody\nconst x = 1; /* Date.now() */',
    found: [],
  },
  {
    it: 'lets plans work with a given time',
    path: 'controllers/event-topic/plan.ts',
    text: 'const x = new Date(now);',
    found: [],
  },
  {
    it: 'keeps the environment for main',
    path: 'adapters/log.ts',
    text: 'const level = process.env.LEVEL;',
    found: ['is for main.ts: environment and signals'],
  },
  {
    it: 'keeps names of kinds from the runtime',
    path: 'runtime/round.ts',
    text: "const kind = 'EventTopic';",
    found: ['names a kind'],
  },
];

test.each(rows)('the layer rule $it', ({ path, text, found }) => {
  expect(violations(path, text)).toEqual(found);
});
