import { request } from 'undici';

/** Samples of one page of metrics: `name{labels}` → value. */
export type Samples = ReadonlyMap<string, number>;

export function parseSamples(page: string): Samples {
  const samples = new Map<string, number>();
  for (const line of page.split('\n')) {
    const space = line.lastIndexOf(' ');
    if (!line.startsWith('#') && space > 0) samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}

/** The sum of all samples of `name` that have every one of `labels`. */
export function sumOf(samples: Samples, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const [sample, value] of samples) {
    const [own, rest = ''] = sample.split('{', 2);
    if (own === name && wanted.every((label) => rest.includes(label))) sum += value;
  }
  return sum;
}

/** Empty when nobody answers. */
export async function scrape(operatorUrl: string): Promise<Samples> {
  try {
    const { body } = await request(`${operatorUrl}/metrics`);
    return parseSamples(await body.text());
  } catch {
    return new Map();
  }
}

/** Rounds of topics that ended since the operator started. */
export function topicRounds(samples: Samples): number {
  return sumOf(samples, 'sluice_rounds_total', { kind: 'event-topic' });
}

export function kafkaRequests(samples: Samples): number {
  return sumOf(samples, 'sluice_kafka_request_seconds_count');
}
