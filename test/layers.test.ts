import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob, relative } from 'node:path/posix';
import { expect, test } from 'vitest';
import manifestOfSdk from '../sdk/package.json' with { type: 'json' };

/**
 * What a folder of src may import of ours, besides itself and `base`. Files right in src put the parts together and may
 * use all.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  'config.ts': [],
  crds: [],
  ports: [],
  runtime: ['ports/**'],
  lag: ['ports/**'],
  scaling: ['ports/**'],
  compat: ['ports/**'],
  simulate: ['ports/**', 'lag/**', 'scaling/**'],
  controllers: ['crds/**', 'ports/**', 'runtime/**', 'lag/**', 'scaling/**', 'compat/**'],
  admission: [
    'ports/**',
    'runtime/judgement.ts',
    'crds/**',
    'compat/**',
    'controllers/*/plan.ts',
    'controllers/*/plan/**',
  ],
  adapters: ['ports/**'],
  cli: [
    ...['crds/**', 'ports/**', 'compat/**', 'scaling/**', 'lag/**', 'simulate/**', 'adapters/**'],
    // It finds clusters, logs in, reads grants and knows topics as the operator does.
    ...['controllers/{cluster-use,connections,credentials,globs}.ts', 'controllers/*/identity.ts'],
    // What it says that the operator would do is what the operator's own look and plan say.
    ...['controllers/*/{look,plan}/**', 'controllers/*/{plan,observed}.ts', 'controllers/*/memory/places.ts'],
  ],
};

/** Who may use which packages; adapters may use any, and what Node brings is open to all. */
const packages: Readonly<Record<string, readonly string[]>> = {
  crds: ['zod'],
  'config.ts': ['zod'],
  cli: ['yaml'],
  compat: ['re2js'],
};

/** Decisions take time, chance and facts as arguments, so that the same input gives the same answer. */
const pure = [
  ...['controllers/**/{plan,report}.ts', 'controllers/*/plan/**', 'controllers/*/removal/{keep,old-deletion}.ts'],
  ...['scaling/**', 'compat/**', 'simulate/**'],
];
/** What changes something outside. */
const acts = ['controllers/**/act.ts', 'controllers/*/act/**'];
/** What the files of a room of a kind may make use of in its other rooms; types are open to all. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  plan: ['plan', 'reassignment'],
  look: ['look', 'plan', 'memory', 'reassignment'],
  memory: ['memory', 'plan', 'reassignment'],
  removal: ['removal', 'plan', 'look'],
  act: ['act', 'removal', 'plan', 'look', 'memory', 'reassignment'],
};
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

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '');
}

/** What a file imports, as it is written there; types too. */
function specifiersIn(text: string): readonly string[] {
  // A text that begins with the word, as in the help of a command, imports nothing.
  const imports = withoutComments(text).matchAll(/(?<!["'])(?:\bfrom|\bimport)\s*\(?\s*'([^'\s]+)'/g);
  return [...imports].map(([, specifier = '']) => specifier);
}

/** The rules that `text` breaks as the file `src/<path>`. */
function violations(path: string, text: string): readonly string[] {
  const code = withoutComments(text);
  const forbidden = specifiersIn(text).filter((specifier) => !importIsAllowed(path, specifier));
  return [
    ...forbidden.map((specifier) => `imports ${specifier}`),
    ...(pure.some((glob) => matchesGlob(path, glob)) ? impure.filter((word) => word.test(code)).map(String) : []),
    ...(!roots.includes(path) && /\bprocess\.(env|on|once)\b/.test(code)
      ? ['is for main.ts: environment and signals']
      : []),
    ...(path.startsWith('runtime/') && /Event(Cluster|Topic|Schema|Consumer)/.test(code) ? ['names a kind'] : []),
  ];
}

/** The files of ours that `text` makes use of as `src/<path>`, and does not only take types from. */
function usedBy(path: string, text: string): readonly string[] {
  const code = withoutComments(text);
  return [...code.matchAll(/\b(?:import|export)\s([^'";]*?)(?:from\s)?'(\.[^']+)'/g)]
    .filter(([, names = '']) => !takesTypesOnly(names))
    .map(([, , specifier = '']) => join(dirname(path), specifier));
}

function takesTypesOnly(names: string): boolean {
  const listed = /^\{([\s\S]*)\}\s*$/.exec(names)?.[1]?.split(',') ?? [];
  const kept = listed.map((name) => name.trim()).filter((name) => name !== '');
  return names.startsWith('type ') || (kept.length > 0 && kept.every((name) => name.startsWith('type ')));
}

/** The room of a kind that a file is in; `undefined`: none. */
function roomOf(path: string): { kind: string; room: string } | undefined {
  const [, kind, room] = /^controllers\/([^/]+)\/([^/]+)\//.exec(path) ?? [];
  return kind === undefined || room === undefined ? undefined : { kind, room };
}

function mayUseRoomOf(path: string, used: string): boolean {
  const from = roomOf(path);
  const to = roomOf(used);
  const allowed = from && mayUse[from.room];
  return allowed === undefined || to?.kind !== from?.kind || to === undefined || allowed.includes(to.room);
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
  const [folder = ''] = target.split('/');
  return [area, 'base'].includes(folder) || allowed.some((glob) => matchesGlob(target, glob));
}

/**
 * Groups of files that import one another, over however many others, values or types: none of them can be read, moved
 * or tested first. `texts` has the files by their paths.
 */
function circlesIn(texts: ReadonlyMap<string, string>): readonly string[] {
  const imports = new Map([...texts].map(([path, text]) => [path, filesImportedBy(path, text)]));
  const reached = new Map([...imports.keys()].map((path) => [path, reachedFrom(path, imports)]));
  const reaches = (from: string, to: string) => reached.get(from)?.has(to) === true;
  const circular = [...imports.keys()].filter((path) => reaches(path, path)).sort();
  const groups = circular.map((path) => circular.filter((other) => reaches(path, other) && reaches(other, path)));
  return [...new Set(groups.map((group) => group.join(' ↔ ')))];
}

function filesImportedBy(path: string, text: string): readonly string[] {
  const ours = specifiersIn(text).filter((specifier) => specifier.startsWith('.'));
  return ours.map((specifier) => join(dirname(path), specifier));
}

function reachedFrom(start: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>();
  const due = [...(imports.get(start) ?? [])];
  for (let path = due.pop(); path !== undefined; path = due.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    due.push(...(imports.get(path) ?? []));
  }
  return reached;
}

const src = join(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(src, join(entry.parentPath, entry.name)))
  .sort();

const textOf = (path: string): string => readFileSync(join(src, path), 'utf8');

test('there are files to look at', () => {
  expect(files).toContain('main.ts');
  expect(files).toContain('runtime/round.ts');
});

test.each(files)('src/%s keeps to its layer', (path) => {
  expect(violations(path, textOf(path))).toEqual([]);
});

/** By file, the files that it makes use of. */
const uses = new Map(files.map((path) => [path, usedBy(path, textOf(path))]));

test('the command line never acts, through whatever it makes use of', () => {
  const commands = files.filter((path) => path.startsWith('cli/'));
  const reached = commands.flatMap((path) => [...reachedFrom(path, uses)]);
  expect(reached).toContain('controllers/event-topic/look/observe.ts');
  expect([...reachedFrom('main.ts', uses)]).toContain('controllers/event-topic/act/act.ts');
  expect(reached.filter((path) => acts.some((glob) => matchesGlob(path, glob)))).toEqual([]);
});

test('what decides makes use of nothing in its kind that waits or asks for the time', () => {
  const ofKinds = new Map([...uses].filter(([path]) => path.startsWith('controllers/')));
  const decides = [...ofKinds.keys()].filter((path) => pure.some((glob) => matchesGlob(path, glob)));
  const reached = decides.flatMap((path) => [path, ...reachedFrom(path, ofKinds)]).filter((path) => ofKinds.has(path));
  expect(reached).toContain('controllers/event-topic/plan/rules/standing.ts');
  const waits = (path: string) => impure.some((word) => word.test(withoutComments(textOf(path))));
  expect([...new Set(reached)].filter(waits)).toEqual([]);
});

test.each(files.filter((path) => roomOf(path) !== undefined))('src/%s keeps to its room', (path) => {
  expect(usedBy(path, textOf(path)).filter((used) => !mayUseRoomOf(path, used))).toEqual([]);
});

test('no files of src import one another', () => {
  const texts = new Map(files.map((path) => [path, textOf(path)]));
  expect(circlesIn(texts)).toEqual([]);
});

/** What a file of the SDK imports that a service without the operator would not have: `path` is below `sdk/src`. */
function strangersIn(path: string, text: string): readonly string[] {
  const own = Object.keys(manifestOfSdk.dependencies);
  const isOwn = (specifier: string) => own.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  const isFile = (specifier: string) => specifier.startsWith('.') && !join(dirname(path), specifier).startsWith('..');
  const known = (specifier: string) => specifier.startsWith('node:') || isFile(specifier) || isOwn(specifier);
  return specifiersIn(text).filter((specifier) => !known(specifier));
}

const sdk = join(import.meta.dirname, '../sdk/src');
const filesOfSdk = readdirSync(sdk, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

test('the SDK makes do with what its own manifest names', () => {
  expect(filesOfSdk).toContain('consumer/consume.ts');
  const found = filesOfSdk.flatMap((path) => strangersIn(path, readFileSync(join(sdk, path), 'utf8')));
  expect(found).toEqual([]);
});

test.each([
  { it: 'lets a file use itself and Node', text: "from './slots.ts'; from '../index.ts'; from 'node:fs'", found: [] },
  { it: 'lets it use packages that it names', text: "from 'kafkajs'; import type { X } from 'pg';", found: [] },
  { it: 'keeps the operator out', text: "from '../../../src/base/time.ts'", found: ['../../../src/base/time.ts'] },
  { it: 'keeps packages of others out', text: "from 'zod'", found: ['zod'] },
])('the rule of the SDK $it', ({ text, found }) => {
  expect(strangersIn('consumer/x.ts', text)).toEqual(found);
});

/**
 * A reader takes in a list of about a dozen names. Past that a folder holds more than one subject, and its files no
 * longer say which belong together; rooms by subject do.
 */
const mostFilesSideBySide = 15;

test.each(['src', 'dev', 'sdk', 'bench', 'test'])(
  'no folder of %s holds more files than a reader takes in at once',
  (area) => {
    const root = join(import.meta.dirname, '..');
    const entries = readdirSync(join(root, area), { recursive: true, withFileTypes: true });
    const folders = entries.filter((entry) => entry.isFile()).map(({ parentPath }) => relative(root, parentPath));
    const counts = Map.groupBy(folders, (folder) => folder);
    expect(counts.size).toBeGreaterThan(1);
    const full = [...counts].filter(([, { length }]) => length > mostFilesSideBySide);
    expect(full.map(([folder, { length }]) => `${folder}: ${length}`)).toEqual([]);
  },
);

test.each([
  {
    it: 'none in a tree',
    texts: { 'a.ts': "from './b.ts'; from './c.ts'", 'b.ts': "from './c.ts'", 'c.ts': '' },
    found: [],
  },
  {
    it: 'one of types, over three files and folders',
    texts: {
      'a.ts': "import type { B } from './x/b.ts';",
      'x/b.ts': "import { type C } from '../y/c.ts';",
      'y/c.ts': "const a = await import('../a.ts');",
      'd.ts': "import { a } from './a.ts';",
    },
    found: ['a.ts ↔ x/b.ts ↔ y/c.ts'],
  },
  {
    it: 'two that do not touch, apart',
    texts: {
      'a.ts': "from './b.ts'",
      'b.ts': "from './a.ts'; from './c.ts'",
      'c.ts': "from './d.ts'",
      'd.ts': "from './c.ts'",
    },
    found: ['a.ts ↔ b.ts', 'c.ts ↔ d.ts'],
  },
  { it: 'one of a file with itself', texts: { 'a.ts': "import * as a from './a.ts';" }, found: ['a.ts'] },
])('of circles it finds $it', ({ texts, found }) => {
  expect(circlesIn(new Map(Object.entries(texts)))).toEqual(found);
});

const rows: readonly { it: string; path: string; text: string; found: readonly string[] }[] = [
  {
    it: 'lets the runtime use ports',
    path: 'runtime/round.ts',
    text: "import type { Clock } from '../ports/clock.ts';",
    found: [],
  },
  {
    it: 'lets everybody use the base',
    path: 'ports/kafka.ts',
    text: "import type { x } from '../base/x.ts';",
    found: [],
  },
  {
    it: 'keeps the base from everything of ours',
    path: 'base/time.ts',
    text: "import type { Clock } from '../ports/clock.ts';",
    found: ['imports ../ports/clock.ts'],
  },
  {
    it: 'lets a folder use itself',
    path: 'adapters/kube/store/store.ts',
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
    text: "import { x } from '../controllers/event-topic/plan/plan.ts';",
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
    text: "import { x } from '../../controllers/event-topic/act/act.ts';",
    found: ['imports ../../controllers/event-topic/act/act.ts'],
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
    path: 'controllers/event-topic/act/act.ts',
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
    path: 'controllers/event-topic/plan/plan.ts',
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

test.each([
  { it: 'a value', text: "import { x } from './y.ts';", used: ['cli/y.ts'] },
  { it: 'a value beside types', text: "import { type A, x } from './y.ts';", used: ['cli/y.ts'] },
  { it: 'values on many lines', text: "import {\n  type A,\n  x,\n} from '../y.ts';", used: ['y.ts'] },
  { it: 'a value that is handed on', text: "export { x } from './y.ts';", used: ['cli/y.ts'] },
  { it: 'a file without names', text: "import './y.ts';", used: ['cli/y.ts'] },
  { it: 'no type', text: "import type { A } from './y.ts';\nimport { type B, type C } from './z.ts';", used: [] },
])('a file makes use of another one by $it', ({ text, used }) => {
  expect(usedBy('cli/x.ts', text)).toEqual(used);
});

test.each([
  { it: 'keeps plans from reading', path: 'plan/plan.ts', used: 'look/observe.ts', allowed: false },
  { it: 'keeps reading from acting', path: 'look/observe.ts', used: 'act/act.ts', allowed: false },
  { it: 'keeps memories from reading', path: 'memory/places.ts', used: 'look/neighbours.ts', allowed: false },
  { it: 'lets reading use a plan', path: 'look/consult.ts', used: 'plan/decision.ts', allowed: true },
  { it: 'lets plans use their rules', path: 'plan/course.ts', used: 'plan/rules/rules.ts', allowed: true },
  { it: 'lets all use what is in no room', path: 'plan/plan.ts', used: 'identity.ts', allowed: true },
])('the rule of rooms $it', ({ path, used, allowed }) => {
  const kind = 'controllers/event-topic';
  expect(mayUseRoomOf(`${kind}/${path}`, `${kind}/${used}`)).toBe(allowed);
});
