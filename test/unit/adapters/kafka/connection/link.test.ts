import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import { createAPI, Writer } from '@platformatic/kafka';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createCertificates } from '../../../../../dev/world/parts/certificates.ts';
import { parseAddress } from '../../../../../src/adapters/kafka/connection/address.ts';
import { BrokerLink, type LinkOptions } from '../../../../../src/adapters/kafka/connection/link.ts';
import { requestOf } from '../../../../../src/adapters/kafka/connection/request.ts';
import { describeClassicGroups } from '../../../../../src/adapters/kafka/groups/calls.ts';
import { createTopics, describeTopicConfigs, metadataByName } from '../../../../../src/adapters/kafka/topics/calls.ts';
import { systemClock } from '../../../../../src/adapters/system-clock.ts';
import type { KafkaSecurity } from '../../../../../src/ports/kafka.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import { eventually } from '../../../../helpers/eventually.ts';
import { findNoHost } from '../../names.ts';
import { apiKey, createTopicsAnswer, metadataAnswer, ScriptedBroker } from '../scripted-broker.ts';
import { all, i16, i32, list, none, tags, text } from '../wire.ts';

const soonMs = 150;
const plentyMs = 30_000;
const creation = createTopics([{ name: 'orders', config: new Map() }], { timeoutMs: 1_000, validateOnly: false });

describe('a link to a broker', () => {
  let broker: ScriptedBroker;
  let links: BrokerLink[];
  let holdsLease: boolean;
  const requests: string[] = [];

  beforeEach(async () => {
    broker = await ScriptedBroker.start();
    broker.answer(apiKey.Metadata, () => metadataAnswer([{ id: 1, port: broker.port }]));
    links = [];
    holdsLease = true;
    requests.length = 0;
  });
  afterEach(async () => {
    for (const link of links) link.close();
    await broker.close();
  });

  function linkTo(address: string, options: Partial<LinkOptions> = {}): BrokerLink {
    const link = new BrokerLink(parseAddress(address), {
      clock: systemClock,
      clientId: 'sluice-test',
      connectTimeoutMs: plentyMs,
      maxAnswerBytes: 100_000,
      fence: () => holdsLease,
      onRequest: ({ api, ok }) => requests.push(`${api} ${ok ? 'answered' : 'failed'}`),
      ...options,
    });
    links.push(link);
    return link;
  }

  const ask = (link: BrokerLink, timeoutMs = plentyMs) => link.send(metadataByName([]), timeoutMs);

  it('asks under its client id and reports each request', async () => {
    expect(await ask(linkTo(broker.address))).toMatchObject({ clusterId: 'cluster' });
    expect(broker.requests.map(({ clientId }) => clientId)).toEqual(['sluice-test', 'sluice-test']);
    expect(requests).toEqual(['Metadata answered']);
  });

  it('uses one connection for many calls', async () => {
    const link = linkTo(broker.address);
    await Promise.all([ask(link), ask(link), ask(link)]);
    expect(broker.connections).toBe(1);
    expect(broker.count(apiKey.ApiVersions)).toBe(1);
  });

  it.each([
    { versions: { min: 0, max: 12 }, sent: 12 },
    { versions: { min: 0, max: 99 }, sent: 12 },
  ])('speaks the newest version that both know: $sent of $versions', async ({ versions, sent }) => {
    broker.versions = versions;
    await ask(linkTo(broker.address));
    expect(broker.requests.at(-1)).toMatchObject({ key: apiKey.Metadata, version: sent });
  });

  it('says which versions are missing when there is none in common', async () => {
    broker.versions = { min: 0, max: 4 };
    await expect(ask(linkTo(broker.address))).rejects.toMatchObject({
      kind: 'rejected',
      code: 'UNSUPPORTED_VERSION',
      message: `${broker.address} speaks Metadata 0 to 4, not 12`,
    });
  });

  describe('without a usable answer', () => {
    it('names the address that refuses the connection', async () => {
      const { address } = broker;
      await broker.close();
      await expect(ask(linkTo(address))).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'ECONNREFUSED',
        message: `cannot connect to ${address}: ECONNREFUSED`,
      });
    });

    it.each(['ENOTFOUND', 'EAI_AGAIN'])('names the address that is not found: %s', async (code) => {
      findNoHost(code);
      await expect(ask(linkTo('no-such-host.invalid:9092'))).rejects.toMatchObject({
        kind: 'unavailable',
        code,
        message: `cannot connect to no-such-host.invalid:9092: ${code}`,
      });
    });

    it.each([
      { what: 'says nothing at all', key: apiKey.ApiVersions },
      { what: 'goes silent later', key: apiKey.Metadata },
    ])('gives up after the deadline when the broker $what', async ({ key }) => {
      broker.answer(key, 'silence');
      await expect(ask(linkTo(broker.address), soonMs)).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'TIMEOUT',
        message: `no answer from ${broker.address} within ${soonMs} ms`,
      });
      expect(requests).toEqual(['Metadata failed']);
    });

    it.each([
      { what: 'resets the connection', answer: 'hang up' as const },
      { what: 'sends an answer that ends too early', answer: i32(0) },
      { what: 'answers a question that nobody asked', answer: { raw: all(i32(8), i32(4_711), i32(0)) } },
    ])('says unavailable when the broker $what', async ({ answer }) => {
      broker.answer(apiKey.Metadata, answer);
      await expect(ask(linkTo(broker.address))).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining(`no usable answer from ${broker.address}: `),
      });
    });

    it('gives the same reason to all calls that were under way', async () => {
      const link = linkTo(broker.address);
      await ask(link);
      broker.answer(apiKey.Metadata, 'silence');
      const calls = await Promise.allSettled([ask(link, soonMs), ask(link)]);
      const message = `no answer from ${broker.address} within ${soonMs} ms`;
      expect(calls).toMatchObject([{ reason: { message } }, { reason: { message } }]);
    });

    it('waits no longer than the deadline for an answer that claims to be 2 GiB long', async () => {
      broker.answer(apiKey.Metadata, { raw: all(i32(2 ** 31 - 1), i32(2), Buffer.alloc(1_000)) });
      await expect(ask(linkTo(broker.address), soonMs)).rejects.toMatchObject({ code: 'TIMEOUT' });
    });

    it('cuts off a broker that sends more than an answer may take', async () => {
      broker.answer(apiKey.Metadata, { raw: all(i32(2 ** 31 - 1), Buffer.alloc(200_000)) });
      await expect(ask(linkTo(broker.address))).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'ANSWER_TOO_LARGE',
      });
    });

    it.each([0, -1, -4, -5, -2_147_483_648])('outlives an answer that claims to be %d bytes long', async (length) => {
      const link = linkTo(broker.address);
      broker.answer(apiKey.Metadata, { raw: all(i32(length), i32(2), Buffer.alloc(1_000)) });
      await expect(ask(link, soonMs)).rejects.toMatchObject({ kind: 'unavailable' });
      broker.answer(apiKey.Metadata, metadataAnswer([]));
      expect(await ask(link)).toMatchObject({ clusterId: 'cluster' });
    });

    it('outlives such an answer over TLS too', async () => {
      const { server, authority } = createCertificates(['127.0.0.1']);
      const front = createServer({ cert: server.certificate, key: server.key }, (socket) => {
        const behind = connect(broker.port, '127.0.0.1');
        pipeline(socket, behind, socket, () => {});
      });
      onTestFinished(() => void front.close());
      await once(front.listen(0, '127.0.0.1'), 'listening');
      const security: KafkaSecurity = { tls: { ca: authority.certificate } };
      const { port } = front.address() as AddressInfo; // it listens on TCP
      const link = linkTo(`127.0.0.1:${port}`, { security: () => security });
      await ask(link);
      broker.answer(apiKey.Metadata, { raw: all(i32(-5), i32(3), Buffer.alloc(1_000)) });
      await expect(ask(link, soonMs)).rejects.toMatchObject({ kind: 'unavailable' });
      broker.answer(apiKey.Metadata, metadataAnswer([]));
      expect(await ask(link)).toMatchObject({ clusterId: 'cluster' });
    });

    it('reads an answer from one piece, in however many it came', async () => {
      const pieces: number[] = [];
      const api = createAPI<[], string>(3, 12, Writer.create, (_id, _key, _version, reader) => {
        pieces.push(reader.buffer.buffers.length);
        return reader.readString();
      });
      broker.answer(apiKey.Metadata, text('x'.repeat(1_000_000)));
      const answer = await linkTo(broker.address, { maxAnswerBytes: 10_000_000 }).send(
        requestOf('Metadata', [api], []),
        plentyMs,
      );
      expect(answer).toHaveLength(1_000_000);
      expect(pieces).toEqual([1]);
    });

    it('does not read the same bytes again for a length below zero', async () => {
      const api = createAPI<[], number>(3, 12, Writer.create, (_id, _key, _version, reader) => {
        reader.readArray((item) => item.readNullableString(false), false, false);
        return reader.position;
      });
      broker.answer(apiKey.Metadata, all(i32(2 ** 31 - 1), i16(-2), i16(-2)));
      const link = linkTo(broker.address);
      await expect(link.send(requestOf('Metadata', [api], []), plentyMs)).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'RangeError',
      });
    });

    it('connects again with the next call', async () => {
      const link = linkTo(broker.address);
      broker.answer(apiKey.Metadata, 'hang up');
      await expect(ask(link)).rejects.toMatchObject({ kind: 'unavailable' });
      broker.answer(apiKey.Metadata, metadataAnswer([]));
      expect(await ask(link)).toMatchObject({ clusterId: 'cluster' });
    });

    it('notices a connection that broke while idle', async () => {
      const link = linkTo(broker.address);
      await ask(link);
      broker.hangUp();
      await eventually(() => expect(link.isOpen).toBe(false), { within: plentyMs, everyMs: 5 });
      expect(await ask(link)).toMatchObject({ clusterId: 'cluster' });
      expect(broker.count(apiKey.ApiVersions)).toBe(2);
    });
  });

  it('leaves the errors of single items in the answer', async () => {
    const good = { errorCode: 0, groupId: 'good', groupState: 'Empty' };
    const groups = [good, { errorCode: 15, groupId: 'bad', groupState: '' }];
    const printed = groups.map(({ errorCode, groupId, groupState }) =>
      all(i16(errorCode), text(groupId), text(groupState), text(''), text(''), list(), i32(0), tags),
    );
    broker.answer(apiKey.DescribeGroups, all(i32(0), list(...printed), tags));
    const answer = await linkTo(broker.address).send(describeClassicGroups(['good', 'bad']), plentyMs);
    expect(answer.groups).toMatchObject(groups);
  });

  describe('when the broker throttles', () => {
    it('asks for patience instead of taking the delay for silence', async () => {
      broker.answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders' }], 60_000));
      const link = linkTo(broker.address);
      await link.send(creation, plentyMs);
      const message = expect.stringContaining('(controller_mutation_rate)');
      await expect(ask(link)).rejects.toMatchObject({ kind: 'throttled', message, retryAfterMs: expect.any(Number) });
    });

    it('fails what was sent behind the answer, which the broker does not read either', async () => {
      const link = linkTo(broker.address);
      await ask(link);
      broker.answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders', errorCode: 89 }], 60_000));
      broker.answer(apiKey.Metadata, 'silence');
      const [answered, behind] = await Promise.allSettled([link.send(creation, plentyMs), ask(link)]);
      expect(answered).toMatchObject({ value: { throttleTimeMs: 60_000 } });
      expect(behind).toMatchObject({ reason: { kind: 'throttled', retryAfterMs: 60_000 } });
    });

    it('names the quota that counts reads when a read is over it', async () => {
      broker.answer(apiKey.Metadata, all(i32(60_000), list(), none, i32(-1), list(), tags));
      const link = linkTo(broker.address);
      await ask(link);
      const message = expect.stringContaining('(request_percentage or consumer_byte_rate)');
      await expect(ask(link)).rejects.toMatchObject({ kind: 'throttled', message });
    });

    it('makes way for another connection after 5 minutes, because the quota may have been raised', async () => {
      const clock = new FakeClock();
      broker.answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders' }], 3_600_000));
      const link = linkTo(broker.address, { clock });
      await link.send(creation, plentyMs);
      clock.jump(299_999);
      expect(link.isOpen).toBe(true);
      await expect(ask(link)).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 300_000 });
      clock.jump(1);
      expect(link.isOpen).toBe(false);
    });

    it('goes on after a short delay, which the broker keeps itself', async () => {
      broker.answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders' }], 30));
      const link = linkTo(broker.address);
      await link.send(creation, plentyMs);
      expect(await ask(link)).toMatchObject({ clusterId: 'cluster' });
    });
  });

  describe('without the lease', () => {
    it('sends nothing that changes something, and still reads', async () => {
      holdsLease = false;
      const link = linkTo(broker.address);
      await expect(link.send(creation, plentyMs)).rejects.toMatchObject({ kind: 'unavailable', code: 'FENCED' });
      expect(broker.count(apiKey.CreateTopics)).toBe(0);
      expect(await ask(link)).toMatchObject({ clusterId: 'cluster' });
    });

    it('sends nothing either when it loses the lease while it connects', async () => {
      broker.answer(apiKey.ApiVersions, () => {
        holdsLease = false;
        return 'announce';
      });
      await expect(linkTo(broker.address).send(creation, plentyMs)).rejects.toMatchObject({ code: 'FENCED' });
      expect(broker.count(apiKey.CreateTopics)).toBe(0);
    });
  });

  it('asks for the versions again when the controller behind the broker speaks others', async () => {
    broker.answer(apiKey.CreateTopics, createTopicsAnswer([{ name: 'orders', errorCode: 35 }]));
    const link = linkTo(broker.address);
    await link.send(creation, plentyMs);
    await ask(link);
    expect(broker.count(apiKey.ApiVersions)).toBe(2);
  });

  it('ends after the calls under way when it is retired', async () => {
    const link = linkTo(broker.address);
    await ask(link);
    const calls = Promise.all([ask(link), ask(link)]);
    link.retire();
    expect(link.isOpen).toBe(false);
    expect(await calls).toMatchObject([{ clusterId: 'cluster' }, { clusterId: 'cluster' }]);
    expect(broker.connections).toBe(1);
    await eventually(() => expect(broker.open).toBe(0), { within: plentyMs, everyMs: 5 });
  });

  it('ages as soon as there is other security than it was made with', async () => {
    let security: KafkaSecurity | undefined;
    const link = linkTo(broker.address, { security: () => security });
    await ask(link);
    expect(link.isAging).toBe(false);
    security = { tls: {} };
    expect({ isAging: link.isAging, isOpen: link.isOpen }).toEqual({ isAging: true, isOpen: true });
  });

  it('fails the calls under way when it is closed', async () => {
    broker.answer(apiKey.DescribeConfigs, 'silence');
    const link = linkTo(broker.address);
    const call = link.send(describeTopicConfigs(['orders']), plentyMs);
    await eventually(() => expect(broker.count(apiKey.DescribeConfigs)).toBe(1), { within: plentyMs, everyMs: 5 });
    link.close();
    await expect(call).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
