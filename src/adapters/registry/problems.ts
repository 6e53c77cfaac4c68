import { type Answer, readField, tidyText } from './answers.ts';

const maxProblems = 20;
/** Registries put whole old schemas into their reasons; what is behind this many characters is not read. */
const maxTextRead = 65_536;

/**
 * Why a schema was refused: each reason one line, without repetitions, sorted by the paths in them, because registries
 * list them in any order; at most 20, and a last line for the rest. Empty when the registry gives no reason, as Apicurio
 * 3.0's check.
 */
export function readProblems(answer: Answer): readonly string[] {
  const problems = new Set(texts(answer.json).flatMap(split).map(tidyText));
  problems.delete('');
  const sorted = [...problems].sort(byPath);
  if (sorted.length <= maxProblems) return sorted;
  return [...sorted.slice(0, maxProblems), `and ${sorted.length - maxProblems} more`];
}

/** With numbers as numbers: `/fields/2` comes before `/fields/10`. */
const { compare } = new Intl.Collator('en', { numeric: true });

function byPath(a: string, b: string): number {
  return compare(pathIn(a), pathIn(b)) || compare(a, b);
}

function pathIn(problem: string): string {
  return /(?<![^\s'"(])\/[^\s'",)]*/.exec(problem)?.[0] ?? '';
}

/** `message` is in errors, `messages` in Confluent's and Karapace's checks, `reason` in some of Apicurio's. */
function texts(json: unknown): readonly string[] {
  const messages = readField(json, 'messages');
  const candidates = [
    readField(json, 'message'),
    readField(json, 'reason'),
    ...(Array.isArray(messages) ? messages : []),
  ];
  return candidates.filter((text) => typeof text === 'string').map((text) => text.slice(0, maxTextRead));
}

/** The dialects differ in their punctuation only; a text without any of it is one problem. */
function split(text: string): readonly string[] {
  if (text.includes(confluentEntry)) return splitConfluent(text);
  if (confluentTrailers.some((trailer) => text.startsWith(trailer))) return [];
  const apicurio = after(text, 'list of diff types: [');
  if (apicurio !== undefined) return splitApicurio(apicurio);
  return after(text, 'Incompatibilities: ')?.split(', ') ?? [text];
}

function after(text: string, mark: string): string | undefined {
  const at = text.indexOf(mark);
  return at < 0 ? undefined : text.slice(at + mark.length);
}

const confluentEntry = '{errorType:';
/** What Confluent appends about the version that it compared with. */
const confluentTrailers = ['{oldSchema', '{validateFields:', '{compatibility:'];

/** `{errorType:'A', description:'B', additionalInfo:'C'}`, any number of them, with unescaped quotes inside. */
function splitConfluent(text: string): readonly string[] {
  const entries = text.split(confluentEntry).slice(1);
  return entries.map((entry) => {
    const [body = ''] = entry.split(/['"]\}/, 1);
    const [type = '', rest = ''] = cut(body, ', description:');
    const [description, info] = cut(rest, ', additionalInfo:').map(unquote);
    const said = description ? `${unquote(type)}: ${description}` : unquote(type);
    return info ? `${said} (${info})` : said;
  });
}

function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

function unquote(text: string): string {
  return text.replace(/^['"]/, '').replace(/['"]$/, '');
}

/** `b at /fields/1, [B, C] at /fields/0/type/symbols]`: each ends with its path, and may contain commas before. */
function splitApicurio(text: string): readonly string[] {
  const problems: string[] = [];
  let begun = '';
  for (const piece of text.replace(/\]$/, '').split(', ')) {
    begun = begun === '' ? piece : `${begun}, ${piece}`;
    if (!piece.includes(' at /')) continue;
    problems.push(begun);
    begun = '';
  }
  return begun === '' ? problems : [...problems, begun];
}
