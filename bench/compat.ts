import { loadavg } from 'node:os';
import { checkCompatibility, type Question } from '../src/compat/check.ts';
import { median, round } from './statistics.ts';

const FIELDS = 300;
const VERSIONS = 20;
const RUNS = 30;
const AIM_MS = 20;

/** How long an Avro schema is checked against all versions of its subject: when they are read anew, and as it is later. */
export async function benchCompat(): Promise<number> {
  const runs = Array.from({ length: RUNS + 1 }, (_, run) => measure(run));
  // The first one is compiled.
  const counted = runs.slice(1);
  for (const texts of ['new', 'known'] as const) {
    const ms = round(median(counted.map((one) => one[texts])), 2);
    const row = { what: `Avro, ${FIELDS} fields, ${VERSIONS} versions, ${texts}`, ms, aim: AIM_MS, met: ms <= AIM_MS };
    process.stdout.write(`${JSON.stringify({ ...row, load: round(loadavg()[0] ?? 0, 1) })}\n`);
  }
  return 0;
}

function measure(run: number): { new: number; known: number } {
  const versions = Array.from({ length: VERSIONS }, (_, version) => schemaOf(`${run} ${version}`));
  const ask = (candidate: Question['candidate']) => {
    const start = performance.now();
    const { verdict } = checkCompatibility({ format: 'Avro', level: 'FullTransitive', candidate, versions });
    if (verdict !== 'compatible') throw new Error(`the schemas of the benchmark are ${verdict}`);
    return performance.now() - start;
  };
  return { new: ask(schemaOf(`${run} a`)), known: ask(schemaOf(`${run} b`)) };
}

/** As people write them: some texts, numbers, lists and nested records, each with a default. */
function schemaOf(doc: string): Question['candidate'] {
  const types = [
    { type: 'string', default: '' },
    { type: ['null', 'long'], default: null },
    { type: { type: 'array', items: 'string' }, default: [] },
    { type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
  ];
  const fields = Array.from({ length: FIELDS }, (_, index) => ({
    name: `field${index}`,
    ...types[index % types.length],
  }));
  return { text: JSON.stringify({ type: 'record', name: 'Wide', namespace: 'bench', doc, fields }), references: [] };
}
