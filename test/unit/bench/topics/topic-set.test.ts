import { describe, expect, it } from 'vitest';
import type { RawKafka } from '../../../../bench/stage/raw-kafka.ts';
import { readTemplate } from '../../../../bench/stage/template.ts';
import { namesOf } from '../../../../bench/topics/floor.ts';
import type { Phase } from '../../../../bench/topics/phases.ts';
import { TopicSet } from '../../../../bench/topics/topic-set.ts';

const uuid = '00000000-0000-0000-0000-000000000001';

/** Says yes to everything, as if each creation were of one topic, and remembers what was asked. */
function agreeableKafka(): { kafka: RawKafka; requests: string[] } {
  const requests: string[] = [];
  const send = async ({ name }: { name: string }) => {
    requests.push(name);
    return { topics: [{ topicId: uuid, errorCode: 0 }] };
  };
  return { kafka: { send } as unknown as RawKafka, requests };
}

function setOf(count: number, partitions: number, kafka: RawKafka): TopicSet {
  const template = readTemplate(
    `{ apiVersion: a/v1, kind: Topic, metadata: { name: "{{name}}" }, spec: { partitions: ${partitions} } }`,
  );
  return new TopicSet(kafka, template, namesOf('topic', count));
}

describe('TopicSet', () => {
  const rows: readonly { it: string; count: number; partitions: number; batch: number; requests: number }[] = [
    { it: 'sends one request for all that fit', count: 100, partitions: 3, batch: 100, requests: 1 },
    { it: 'sends another for the rest', count: 101, partitions: 3, batch: 100, requests: 2 },
    {
      it: 'asks for no more partitions at once than Kafka takes',
      count: 100,
      partitions: 99,
      batch: 1_000,
      requests: 1,
    },
    { it: 'counts the partition that is still to come', count: 100, partitions: 100, batch: 1_000, requests: 2 },
  ];
  it.each(rows)('$it', async ({ count, partitions, batch, requests }) => {
    const seen = agreeableKafka();
    await setOf(count, partitions, seen.kafka).apply('create', batch);
    expect(seen.requests).toEqual(Array.from({ length: requests }, () => 'CreateTopics'));
  });

  it('makes of each phase what Kafka calls it, and deletes what it has created', async () => {
    const { kafka, requests } = agreeableKafka();
    const set = setOf(2, 1, kafka);
    const phases: readonly Phase[] = ['create', 'config', 'grow', 'delete'];
    for (const phase of phases) await set.apply(phase, 2);
    expect(requests).toEqual(['CreateTopics', 'IncrementalAlterConfigs', 'CreatePartitions', 'DeleteTopics']);
  });
});

it('names resources', () => {
  expect(namesOf('topic', 3)).toEqual(['topic-1', 'topic-2', 'topic-3']);
});
