import { incrementalAlterConfigsV1, metadataV12 } from '@platformatic/kafka';
import { parseAddress } from '../../src/adapters/kafka/connection/address.ts';
import { BrokerLink } from '../../src/adapters/kafka/connection/link.ts';
import { type KafkaRequest, requestOf } from '../../src/adapters/kafka/connection/request.ts';
import { deleteTopics } from '../../src/adapters/kafka/topics/calls.ts';
import { topicIdOfUuid } from '../../src/adapters/kafka/topics/topic-id.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';

/** How long a broker may take for a request. */
export const REQUEST_MS = 60_000;
const LARGEST_ANSWER = 2 ** 28;
/** Kafka's numbers for a broker's configuration, and for setting a value of it. */
const BROKER = 4;
const SET = 0;
/** With 0 the broker would look for files to remove without pause. */
const FORGET_MS = '1000';

/** One connection to one broker, without batching or retries. */
export interface RawKafka {
  /** Throws unless each code that `codesOf` finds in the answer is 0. */
  send<Answer>(request: KafkaRequest<Answer>, codesOf: (answer: Answer) => readonly Coded[]): Promise<Answer>;
  /** Names of all topics but Kafka's own. */
  topics(): Promise<readonly string[]>;
  /** Lets the broker remove files of deleted topics soon: a minute later, as usual, it would disturb what comes next. */
  forgetSoon(): Promise<void>;
  /** Deletes the topics that the broker shows, except Kafka's own, and returns how many there were. */
  deleteShown(): Promise<number>;
  close(): void;
}

interface Coded {
  errorCode: number;
  errorMessage?: string | null | undefined;
}

export function openRawKafka(bootstrapServers: string): RawKafka {
  const [first = ''] = bootstrapServers.split(',');
  const link = new BrokerLink(parseAddress(first), {
    clock: systemClock,
    clientId: 'bench',
    connectTimeoutMs: REQUEST_MS,
    maxAnswerBytes: LARGEST_ANSWER,
    fence: () => true,
    onRequest: () => {},
  });
  const send: RawKafka['send'] = async (request, codesOf) => {
    const answer = await link.send(request, 2 * REQUEST_MS);
    const bad = codesOf(answer).find(({ errorCode }) => errorCode !== 0);
    if (bad) throw new Error(`${request.name}: error ${bad.errorCode} ${bad.errorMessage ?? ''}`);
    return answer;
  };
  const list = async () => {
    const everything = requestOf('Metadata', [metadataV12.api], [null, false, false]);
    const { topics } = await link.send(everything, REQUEST_MS);
    return topics.filter(({ isInternal }) => !isInternal);
  };
  return {
    send,
    topics: async () => (await list()).map(({ name }) => name ?? ''),
    forgetSoon: async () => {
      const configs = [{ name: 'log.segment.delete.delay.ms', configOperation: SET, value: FORGET_MS } as const];
      const everyBroker = { resourceType: BROKER, resourceName: '', configs } as const;
      const request = requestOf('IncrementalAlterConfigs', [incrementalAlterConfigsV1.api], [[everyBroker], false]);
      await send(request, ({ responses }) => responses);
    },
    deleteShown: async () => {
      const ids = (await list()).map(({ topicId }) => topicIdOfUuid(topicId));
      // Some may be on their way already, which is an error to the broker.
      if (ids.length > 0) await link.send(deleteTopics(ids, REQUEST_MS), 2 * REQUEST_MS);
      return ids.length;
    },
    close: () => link.close(),
  };
}
