import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createLoad, type LoadCounters } from './load.ts';

const USAGE = `usage: node main.ts --url http://ADDRESS:8080 [--rate 20] [--seconds 60]
Places orders until the time is up or Ctrl-C. A number typed meanwhile, and Enter, is the new rate.`;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string' },
  },
});
if (!values.url || !isRate(values.rate)) {
  console.error(USAGE);
  process.exit(2);
}

const load = createLoad({ url: values.url, ratePerSecond: Number(values.rate) });
const report = setInterval(() => console.log(line(load.counters())), 2_000);
const input = createInterface({ input: process.stdin });
input.on('line', (text) => {
  if (isRate(text)) load.setRate(Number(text));
  else console.error(`not a rate: "${text}"`);
});

const end = async () => {
  clearInterval(report);
  input.close();
  await load.stop();
  console.log(line(load.counters()));
  process.exit(0);
};
process.once('SIGINT', () => void end());
process.once('SIGTERM', () => void end());
if (values.seconds) setTimeout(() => void end(), Number(values.seconds) * 1_000);

function line({ sent, answered202, rejected, failed, retries, heldBack }: LoadCounters): string {
  const trouble = `rejected ${rejected}, failed ${failed}, retries ${retries}, held back ${heldBack}`;
  return `sent ${sent}, answered 202 ${answered202}, ${trouble}`;
}

function isRate(text: string): boolean {
  return text.trim() !== '' && Number(text) >= 0;
}
