import { parseAst } from 'vitest/node';

/** A small change of a source file that a test should notice. */
export interface Mutant {
  line: number;
  before: string;
  after: string;
}

/** Part of a source file with what may stand in its place. */
interface Site {
  start: number;
  end: number;
  /** A statement cannot be chosen by an expression. */
  kind: 'expression' | 'statement' | 'method';
  changes: readonly Change[];
}

/** The text to put in; what is shown, where that is too little to recognise. */
interface Change {
  after: string;
  shown?: { before: string; after: string };
}

export interface Mutated {
  mutants: readonly Mutant[];
  /** The file with every mutant in it: `__mutant(n)` returns whether the n-th, counted from `firstId`, is active. */
  text: string;
}

type Statement = ReturnType<typeof parseAst>['body'][number];
type Expression = Extract<Statement, { type: 'ExpressionStatement' }>['expression'];
type Node = Statement | Expression;

const SWAPPED: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
};
const SWAPPED_CALLS: Readonly<Record<string, string>> = { max: 'min', min: 'max', some: 'every', every: 'some' };
/** Around one of these, types alone say what the code is: it never runs. */
const TYPED_VALUES = ['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'];
const SHOWN = 60;
/** At the end, where it moves no line, and is there before the file's first line runs. */
const ASK = '\nfunction __mutant(id) { return globalThis.__mutant?.(id) ?? false; }\n';

/** All mutants of a file, and the file with them. */
export function mutate(path: string, text: string, firstId = 0): Mutated {
  const sites = findSites(parseAst(text, { lang: 'ts' }, path), text);
  const mutants = sites.flatMap((site) => site.changes.map((change) => describe(text, site, change)));
  let next = firstId;
  const numbered = sites.map((site) => {
    const first = next;
    next += site.changes.length;
    return { ...site, first };
  });
  return { mutants, text: rendered(text, numbered, 0, text.length) + ASK };
}

function describe(text: string, { start, end }: Site, { after, shown }: Change): Mutant {
  const line = text.slice(0, start).split('\n').length;
  const { before, after: becomes } = shown ?? { before: text.slice(start, end), after };
  return { line, before: onOneLine(before), after: onOneLine(becomes) };
}

function onOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line;
}

/** From outside in, in the order of the file. */
function findSites(program: object, text: string): Site[] {
  const sites: Site[] = [];
  const visit = (node: Node, inChain: boolean) => {
    if (node.type.startsWith('TS') && !TYPED_VALUES.includes(node.type)) return;
    if (node.type.startsWith('Import')) return;
    const found = sitesOf(node, text).filter(({ kind }) => !inChain || kind === 'method');
    sites.push(...found);
    for (const [name, child] of childrenOf(node)) visit(child, continuesChain(node, name, inChain));
  };
  for (const [, child] of childrenOf(program)) visit(child, false);
  return sites.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** Inside `a?.b.c()` no part may be set in brackets: what follows a missing one is left out as a whole. */
function continuesChain({ type }: Node, name: string, inChain: boolean): boolean {
  if (type === 'ChainExpression') return true;
  return inChain && (name === 'object' || name === 'callee' || TYPED_VALUES.includes(type));
}

function childrenOf(node: object): (readonly [string, Node])[] {
  const isKey = (name: string) => name === 'key' && !('computed' in node && node.computed);
  return Object.entries(node)
    .filter(([name]) => !isKey(name))
    .flatMap(([name, value]) =>
      [value]
        .flat()
        .filter(isNode)
        .map((child) => [name, child] as const),
    );
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function sitesOf(node: Node, text: string): Site[] {
  const source = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  const { start, end } = node;
  const become = (...afters: readonly string[]): Site[] => [
    { start, end, kind: 'expression', changes: afters.map((after) => ({ after })) },
  ];
  switch (node.type) {
    case 'LogicalExpression':
      if (node.operator === '??') return become(source(node.left));
      return become(swap(text, node));
    case 'BinaryExpression':
      return SWAPPED[node.operator] && !joinsText(node) ? become(swap(text, node)) : [];
    case 'UnaryExpression':
      return node.operator === '!' ? become(source(node.argument)) : [];
    case 'Literal':
      if (typeof node.value === 'boolean') return become(String(!node.value));
      if (typeof node.value === 'number') return become(node.value === 1 ? '0' : String(node.value + 1));
      return typeof node.value === 'bigint' ? become(`${node.value + 1n}n`) : [];
    case 'IfStatement':
    case 'ConditionalExpression':
      return conditions(node, source(node.test));
    case 'WhileStatement':
      return isConstant(node.test) ? [] : conditions(node, source(node.test)).map(onlyFalse);
    case 'CallExpression':
      return calls(node, text);
    case 'ExpressionStatement':
      return removal(node, source(node));
    default:
      return [];
  }
}

type Binary = Span & { left: Span; right: Span; operator: string };

/** Brackets around a part belong to the whole. */
function swap(text: string, { start, end, left, right, operator }: Binary): string {
  const between = text.slice(left.end, right.start).replace(operator, SWAPPED[operator] ?? operator);
  return text.slice(start, left.end) + between + text.slice(right.start, end);
}

interface Span {
  start: number;
  end: number;
}

function joinsText({ operator, left, right }: Extract<Expression, { type: 'BinaryExpression' }>): boolean {
  const isText = ({ type, ...node }: typeof left) =>
    type === 'TemplateLiteral' || (type === 'Literal' && 'value' in node && typeof node.value === 'string');
  return operator === '+' && (isText(left) || isText(right));
}

function isConstant({ type }: Expression): boolean {
  return type === 'Literal';
}

/** What is asked is always so, or never. */
function conditions({ type, test: { start, end } }: { type: string; test: Span }, asked: string): Site[] {
  const word = type === 'IfStatement' ? 'if ' : type === 'WhileStatement' ? 'while ' : '? ';
  const changes = ['true', 'false'].map((after) => ({
    after,
    shown: { before: `${word}(${asked})`, after: `${word}(${after})` },
  }));
  return [{ start, end, kind: 'expression', changes }];
}

/** A loop that never ends shows nothing. */
const onlyFalse = (site: Site): Site => ({ ...site, changes: site.changes.filter(({ after }) => after === 'false') });

function calls(node: Extract<Expression, { type: 'CallExpression' }>, text: string): Site[] {
  const { callee, start, end } = node;
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return [];
  const { object, property } = callee;
  const { name } = property;
  const other = SWAPPED_CALLS[name];
  if (other) {
    const dot = text.lastIndexOf(callee.optional ? '?.' : '.', property.start);
    const shown = { before: `${name}(…)`, after: `${other}(…)` };
    return [{ start: dot, end: property.end, kind: 'method', changes: [{ after: other, shown }] }];
  }
  if (name !== 'filter' || callee.optional) return [];
  const asked = text.slice(text.lastIndexOf('.', property.start), end);
  const shown = { before: asked.trim(), after: 'no filter' };
  return [{ start, end, kind: 'expression', changes: [{ after: text.slice(object.start, object.end), shown }] }];
}

/** Something that is done for its effect is not done. */
function removal({ expression, start, end }: Extract<Node, { type: 'ExpressionStatement' }>, source: string): Site[] {
  const target = expression.type === 'AwaitExpression' ? expression.argument : expression;
  if (target.type === 'CallExpression' && target.callee.type === 'Super') return [];
  const effects = ['CallExpression', 'AssignmentExpression', 'UpdateExpression', 'ChainExpression', 'UnaryExpression'];
  if (!effects.includes(target.type)) return [];
  return [{ start, end, kind: 'statement', changes: [{ after: '', shown: { before: source, after: '(removed)' } }] }];
}

interface NumberedSite extends Site {
  first: number;
}

/** The text from `start` to `end` with the sites in it. */
function rendered(text: string, sites: readonly NumberedSite[], start: number, end: number): string {
  let at = start;
  let result = '';
  for (let index = 0; index < sites.length; ) {
    const site = sites[index];
    if (site === undefined) break;
    const next = sites.findIndex((other, place) => place > index && other.start >= site.end);
    const inner = sites.slice(index + 1, next === -1 ? sites.length : next);
    result += text.slice(at, site.start) + choice(site, text, rendered(text, inner, site.start, site.end));
    at = site.end;
    index = next === -1 ? sites.length : next;
  }
  return result + text.slice(at, end);
}

function choice({ kind, first, changes, start }: NumberedSite, text: string, original: string): string {
  switch (kind) {
    case 'statement':
      return `{if (!__mutant(${first})) {${original}}}`;
    case 'method': {
      const dot = text.startsWith('?.', start) ? '?.' : '';
      const name = original.replace(/^\??\.\s*/, '');
      return `${dot}[__mutant(${first}) ? '${changes[0]?.after}' : '${name}']`;
    }
    case 'expression':
      return `(${changes.map(({ after }, index) => `__mutant(${first + index}) ? (${after}) : `).join('')}(${original}))`;
  }
}
