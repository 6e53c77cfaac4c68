import { describe, expect, it } from 'vitest';
import { parseAddress, printAddress } from '../../../../src/adapters/kafka/connection/address.ts';
import { isTopicId, topicIdOfUuid, uuidOfTopicId } from '../../../../src/adapters/kafka/topics/topic-id.ts';

describe('a broker address', () => {
  it.each([
    { text: 'kafka-0.kafka.svc:9093', host: 'kafka-0.kafka.svc', port: 9093 },
    { text: ' 127.0.0.1:9092 ', host: '127.0.0.1', port: 9092 },
    { text: 'kafka', host: 'kafka', port: 9092 },
    { text: '[::1]:9094', host: '::1', port: 9094 },
  ])('"$text" is port $port of $host', ({ text, host, port }) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  it.each(['kafka:9092', '[::1]:9094'])('%s is printed as it was given', (text) => {
    expect(printAddress(parseAddress(text))).toBe(text);
  });
});

describe('a topic id', () => {
  const [id, uuid] = ['gWrR6uDrSNSSfu_ubGndCg', '816ad1ea-e0eb-48d4-927e-efee6c69dd0a'];

  it('has 22 characters where Kafka prints it and is hyphenated hex where the library takes it', () => {
    expect(uuidOfTopicId(id)).toBe(uuid);
    expect(topicIdOfUuid(uuid)).toBe(id);
  });

  it.each([
    { text: id, valid: true },
    { text: '', valid: false },
    { text: 'orders', valid: false },
    { text: `${id}A`, valid: false },
    { text: 'A'.repeat(22), valid: false },
  ])('"$text" is one: $valid', ({ text, valid }) => {
    expect(isTopicId(text)).toBe(valid);
    if (!valid) expect(() => uuidOfTopicId(text)).toThrow(RangeError);
  });
});
