import { describe, expect, it } from 'vitest';
import { kafkaRequests, parseSamples, sumOf, topicRounds } from '../../../../bench/meters/scrape.ts';

const page = `# HELP sluice_rounds_total Rounds that ended.
# TYPE sluice_rounds_total counter
sluice_rounds_total{kind="event-topic",outcome="recheck",failure="none"} 40
sluice_rounds_total{kind="event-topic",outcome="retry",failure="outage"} 2
sluice_rounds_total{kind="event-cluster",outcome="recheck",failure="none"} 7

sluice_kafka_request_seconds_bucket{le="0.5",cluster="main",api="Metadata",result="answered"} 99
sluice_kafka_request_seconds_count{cluster="main",api="Metadata",result="answered"} 5
sluice_kafka_request_seconds_count{cluster="main",api="DescribeConfigs",result="failed"} 3
process_cpu_seconds_total 1.5
`;

describe('a page of metrics', () => {
  const samples = parseSamples(page);
  const rows: readonly { it: string; value: number; is: number }[] = [
    { it: 'tells how many rounds of topics ended, however they did', value: topicRounds(samples), is: 42 },
    { it: 'tells how often Kafka was asked, answered or not', value: kafkaRequests(samples), is: 8 },
    { it: 'is read without labels as well', value: sumOf(samples, 'process_cpu_seconds_total'), is: 1.5 },
    { it: 'says 0 of what it does not mention', value: sumOf(samples, 'nothing'), is: 0 },
    {
      it: 'is read by all labels that are given',
      value: sumOf(samples, 'sluice_rounds_total', { kind: 'event-topic', failure: 'outage' }),
      is: 2,
    },
  ];
  it.each(rows)('$it', ({ value, is }) => {
    expect(value).toBe(is);
  });
});
