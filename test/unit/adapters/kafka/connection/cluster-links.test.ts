import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterLinks } from '../../../../../src/adapters/kafka/connection/cluster-links.ts';
import { listGroups } from '../../../../../src/adapters/kafka/groups/calls.ts';
import { createTopics, deleteTopics, metadataByName } from '../../../../../src/adapters/kafka/topics/calls.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import { eventually } from '../../../../helpers/eventually.ts';
import { apiKey, createTopicsAnswer, metadataAnswer, ScriptedBroker } from '../scripted-broker.ts';
import { all, i16, i32, list, tags } from '../wire.ts';

const timeoutMs = 30_000;
const soonMs = 150;
const notController = 41;
const creation = createTopics([{ name: 'orders', config: new Map() }], { timeoutMs: 1_000, validateOnly: false });

describe('the links to a cluster', () => {
  let brokers: [ScriptedBroker, ScriptedBroker];
  let controller: number;
  /** By which calls are late, and brokers slow to open. */
  let clock: FakeClock;
  const open: ClusterLinks[] = [];

  beforeEach(async () => {
    brokers = [await ScriptedBroker.start(), await ScriptedBroker.start()];
    controller = 0;
    clock = new FakeClock();
    const known = brokers.map(({ port }, id) => ({ id, port }));
    brokers.forEach((broker, id) => {
      broker.answer(apiKey.Metadata, () => metadataAnswer(known, [], controller));
      broker.answer(apiKey.ListGroups, all(i32(0), i16(0), list(), tags));
      broker.answer(apiKey.CreateTopics, () =>
        createTopicsAnswer([{ name: 'orders', errorCode: id === controller ? 0 : notController }]),
      );
    });
  });
  afterEach(async () => {
    for (const links of open.splice(0)) links.close();
    for (const broker of brokers) await broker.close();
  });

  function linksTo(...bootstrapServers: string[]): ClusterLinks {
    const links = new ClusterLinks(bootstrapServers, {
      clock,
      clientId: 'sluice-test',
      connectTimeoutMs: timeoutMs,
      maxAnswerBytes: 100_000,
      fence: () => true,
      onRequest: () => {},
    });
    open.push(links);
    return links;
  }

  const read = (links: ClusterLinks) => links.metadata(metadataByName([]), timeoutMs);
  const write = (links: ClusterLinks) =>
    links.write(creation, timeoutMs, ({ topics }) => topics.map(({ errorCode }) => errorCode));

  it('open no connection before the first call', () => {
    linksTo(brokers[0].address);
    expect(brokers[0].connections).toBe(0);
  });

  it('read from the first address that answers', async () => {
    await brokers[0].close();
    await read(linksTo(brokers[0].address, brokers[1].address));
    expect(brokers[1].count(apiKey.Metadata)).toBe(1);
  });

  it('name every address, in their order, when none answers', async () => {
    const addresses = brokers.map(({ address }) => address);
    for (const broker of brokers) await broker.close();
    await expect(read(linksTo(...addresses))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'ECONNREFUSED',
      message: `cannot connect to any of ${addresses.join(', ')}: ECONNREFUSED`,
    });
  });

  it('share one connection among calls that come at the same time', async () => {
    const links = linksTo(brokers[0].address);
    await Promise.all([read(links), read(links), read(links)]);
    expect(brokers[0].connections).toBe(1);
  });

  it('go on with a broker that was only heard of when the configured one is gone', async () => {
    const links = linksTo(brokers[0].address);
    await read(links);
    await brokers[0].close();
    await eventually(() => read(links), { within: timeoutMs, everyMs: 5 });
    expect(brokers[1].count(apiKey.Metadata)).toBeGreaterThan(0);
  });

  it('keep writes on a connection of their own', async () => {
    const links = linksTo(brokers[0].address);
    await read(links);
    await write(links);
    await read(links);
    expect(brokers[0].connections).toBe(2);
    expect(brokers[0].requests.filter(({ key }) => key === apiKey.ApiVersions)).toHaveLength(2);
  });

  describe('with a quota on changes', () => {
    const deletion = deleteTopics(['AAAAAAAAQACAAAAAAAAADw'], 1_000);
    const remove = (links: ClusterLinks) => links.write(deletion, timeoutMs, () => []);

    it('send no deletion behind a creation that may use it up: brokers would do it when its caller has gone', async () => {
      brokers[0].answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders', errorCode: 89 }], 60_000));
      brokers[0].answer(apiKey.DeleteTopics, 'silence');
      const links = linksTo(brokers[0].address);
      const [created, removed] = await Promise.allSettled([write(links), remove(links)]);
      expect(created).toMatchObject({ value: { throttleTimeMs: 60_000 } });
      expect(removed).toMatchObject({ reason: { kind: 'throttled' } });
      expect(brokers[0].count(apiKey.DeleteTopics)).toBe(0);
    });

    it('make nobody wait in turn for a broker that is silent', async () => {
      brokers[0].answer(apiKey.CreateTopics, 'silence');
      const links = linksTo(brokers[0].address);
      const calls = Promise.allSettled([links.write(creation, soonMs, () => []), remove(links)]);
      await eventually(() => expect(brokers[0].count(apiKey.CreateTopics)).toBe(1), { within: timeoutMs, everyMs: 5 });
      await clock.advance(soonMs);
      expect(await calls).toMatchObject([{ reason: { code: 'TIMEOUT' } }, { reason: { code: 'TIMEOUT' } }]);
      expect(brokers[0].count(apiKey.DeleteTopics)).toBe(0);
    });

    it('go on behind a request that the broker does not know', async () => {
      brokers[0].answer(apiKey.DeleteTopics, all(i32(0), list(), tags));
      const links = linksTo(brokers[0].address);
      const unknown = links.write({ ...creation, key: 9_999 }, timeoutMs, () => []);
      const calls = await Promise.allSettled([unknown, remove(links)]);
      expect(calls).toMatchObject([{ reason: { code: 'UNSUPPORTED_VERSION' } }, { value: { throttleTimeMs: 0 } }]);
    });
  });

  it('write to the controller, and look for the new one once when it has moved', async () => {
    const links = linksTo(brokers[0].address);
    await write(links);
    controller = 1;
    const answer = await write(links);
    expect(answer.topics).toMatchObject([{ name: 'orders', errorCode: 0 }]);
    expect(brokers.map((broker) => broker.count(apiKey.CreateTopics))).toEqual([2, 1]);
  });

  it('do not ask a third time when the cluster does not know its controller', async () => {
    const links = linksTo(brokers[0].address);
    controller = -1;
    expect((await write(links)).topics).toMatchObject([{ errorCode: notController }]);
    expect(brokers.reduce((sum, broker) => sum + broker.count(apiKey.CreateTopics), 0)).toBe(2);
  });

  it('ask one broker for what only it knows', async () => {
    const links = linksTo(brokers[0].address);
    await read(links);
    await links.ask(1, listGroups(), timeoutMs);
    expect(brokers.map((broker) => broker.count(apiKey.ListGroups))).toEqual([0, 1]);
  });

  it('know no broker that the cluster does not name', async () => {
    const links = linksTo(brokers[0].address);
    await read(links);
    await expect(links.ask(7, listGroups(), timeoutMs)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'BROKER_NOT_AVAILABLE',
    });
  });

  it('stay closed', async () => {
    const links = linksTo(brokers[0].address);
    await read(links);
    links.close();
    for (const call of [read(links), write(links), links.ask(0, listGroups(), timeoutMs)]) {
      await expect(call).rejects.toMatchObject({ kind: 'unavailable', code: 'CLOSED' });
    }
  });
});
