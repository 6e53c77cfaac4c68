import { parseArgs } from 'node:util';
import { dim, elapsed, green, red } from '../setup/progress.mjs';
import { type Answer, askKeeper, type Description } from '../world/keeper-client.ts';
import { exportLine } from '../world/shell.ts';

const DOWN = 3;

function table({ status, apiServer, logs, sinceMs, dead }: Description): string {
  const { pid, metrics } = status.operator;
  const rows = [
    ['Kubernetes', apiServer],
    ['Kafka', status.kafka.bootstrapServers],
    ['registry', status.registry.url],
    ['operator', pid ? `process ${pid}, ${metrics}` : 'not running'],
    ['logs', logs],
  ] as const;
  const lines = rows.map(([name, value]) => `  ${dim(name.padEnd(12))}${value}`);
  const warnings = dead.map((name) => `  ${red('✗')} ${name} has ended: see its log`);
  return [`${green('✓')} up for ${elapsed(sinceMs)}`, ...lines, ...warnings].join('\n');
}

function describe(answer: Answer | undefined): string {
  if (answer?.kind === 'ready')
    return `${table(answer.description)}\n${exportLine(answer.description.status.kubeconfig)}`;
  return answer ? 'The environment is starting.\n' : 'No environment is running: npm run dev:up starts one.\n';
}

/** Shows the checkout's environment; with `-o json` for programs. Exits with 3 while it is down. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { output: { type: 'string', short: 'o' } } });
  const answer = await askKeeper({ ask: 'status' });
  const status = answer?.kind === 'ready' ? answer.description.status : undefined;
  process.stdout.write(values.output === 'json' ? `${JSON.stringify(status ?? {})}\n` : describe(answer));
  return status ? 0 : DOWN;
}
