import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { webhookName, webhookRules } from '../../src/adapters/kube/webhook/names.ts';
import { kinds } from '../../src/crds/index.ts';
import { operatorRules } from '../../src/stores.ts';
import { crdTemplate, defined, rulesTemplates } from '../generate/chart.ts';
import { customResourceDefinition } from '../generate/crd.ts';
import { operatorRbac, rolesOf, userRbac } from '../generate/rbac.ts';
import { operatorWebhook, webhookQuestions } from '../generate/webhook.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const chart = 'charts/sluice/templates/generated';
const folders = ['config/crd', 'config/rbac', 'config/webhook', chart];
const generated = 'Generated from src by `npm run generate`. Do not edit.';
const header = `# ${generated}\n`;
const templateHeader = `{{- /* ${generated} */ -}}\n`;
const namespace = 'sluice-system';
const rules = { operator: operatorRules, webhook: webhookRules };

/** Every generated file of the project: path below the root → content. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const kind of kinds) {
    const crd = yaml(customResourceDefinition(kind));
    files.set(`config/crd/${kind.plural}.yaml`, header + crd);
    files.set(`${chart}/${kind.plural}.yaml`, templateHeader + crdTemplate(crd));
  }
  files.set('config/rbac/operator.yaml', documents(operatorRbac(operatorRules, namespace)));
  files.set('config/webhook/operator.yaml', documents(operatorWebhook(namespace)));
  files.set('config/webhook/roles.yaml', documents(rolesOf(webhookName, webhookRules, namespace)));
  files.set('config/rbac/users.yaml', documents(userRbac(kinds)));
  files.set(`${chart}/_webhook.tpl`, templateHeader + defined('sluice.webhook', yaml(webhookQuestions)));
  files.set(`${chart}/_rules.tpl`, templateHeader + rulesTemplates(rules, kinds, yaml));
  return files;
}

function documents(all: readonly unknown[]): string {
  return header + all.map(yaml).join('---\n');
}

function yaml(document: unknown): string {
  // The API server's reader takes a plain `Off` for false, as YAML 1.1 does.
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 120, version: '1.1' });
}

/** Files that are missing, differ from what the source says, or are not generated any more. */
export function staleFiles(): string[] {
  const wanted = generatedFiles();
  const stale = [...wanted].filter(([path, content]) => read(path) !== content).map(([path]) => path);
  const extra = folders.flatMap(listFiles).filter((path) => !wanted.has(path));
  return [...stale, ...extra].sort();
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

/** `npm run generate` writes; with `--check` it only says what is out of date, and fails. */
export async function run(args: readonly string[]): Promise<number> {
  const stale = staleFiles();
  if (args.includes('--check')) {
    for (const path of stale) process.stderr.write(`${path} is out of date: run npm run generate\n`);
    return stale.length === 0 ? 0 : 1;
  }
  const wanted = generatedFiles();
  for (const path of stale) {
    const content = wanted.get(path);
    if (content === undefined) rmSync(join(root, path));
    else write(path, content);
    process.stdout.write(`${content === undefined ? 'removed' : 'wrote'} ${path}\n`);
  }
  if (stale.length === 0) process.stdout.write('everything is up to date\n');
  return 0;
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}
