import { parseArgs } from 'node:util';
import { dim, elapsed, green, red } from '../setup/progress.mjs';
import { type Answer, askKeeper, type Description, type PartState } from '../world/keeper/keeper-client.ts';
import { exportLine } from '../world/shell.ts';

const UNWELL = 1;
const DOWN = 3;

function table({ status, apiServer, logs, sinceMs, parts }: Description): string {
  const { pid, metrics } = status.operator;
  const rows = [
    ['Kubernetes', apiServer],
    ['Kafka', status.kafka.bootstrapServers],
    ['registry', status.registry.url],
    ['operator', pid ? `process ${pid}, ${metrics}` : 'not running'],
    ['logs', logs],
  ] as const;
  const lines = rows.map(([name, value]) => `  ${dim(name.padEnd(12))}${value}`);
  const warnings = parts.flatMap(describePart);
  const sign = warnings.length === 0 ? green('✓') : red('✗');
  return [`${sign} up for ${elapsed(sinceMs)}`, ...lines, ...warnings.map((line) => `  ${red('✗')} ${line}`)].join(
    '\n',
  );
}

function describePart({ name, state, logFile }: PartState): readonly string[] {
  switch (state) {
    case 'answers':
      return [];
    case 'ended':
      return [`${name} has ended: see ${logFile}`];
    case 'silent':
      return [`${name} runs and does not answer: see ${logFile}`];
  }
}

function describe(answer: Answer | undefined): string {
  if (answer?.kind === 'ready')
    return `${table(answer.description)}\n${exportLine(answer.description.status.kubeconfig)}`;
  return answer ? 'The environment is starting.\n' : 'No environment is running: npm run dev:up starts one.\n';
}

/** Shows the checkout's environment; with `-o json` for programs. Exits with 3 while it is down, with 1 while a part is. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { output: { type: 'string', short: 'o' } } });
  const answer = await askKeeper({ ask: 'status' });
  const status = answer?.kind === 'ready' ? answer.description.status : undefined;
  process.stdout.write(values.output === 'json' ? `${JSON.stringify(status ?? {})}\n` : describe(answer));
  if (!status) return DOWN;
  return status.unwell.length === 0 ? 0 : UNWELL;
}
