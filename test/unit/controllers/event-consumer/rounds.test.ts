import { describe, expect, it } from 'vitest';
import type { Autoscaler } from '../../../../src/ports/scale-target.ts';
import { consumerResource } from '../samples.ts';
import { consumerWorld, key } from './world.ts';

/** More than one member, and fewer than six, can process. */
const rush = { arrive: 240, perMember: 100 };
const calm = { arrive: 60, perMember: 100 };
const seriesOf = (name: string) => `sluice_consumer_${name}{namespace="shop",consumer="payment"}`;
const lagSeries = seriesOf('lag_records');

describe('rounds of an EventConsumer', () => {
  it('report the lag, and are idle while nothing changes', async () => {
    const { metrics, consumers, scaler, status, condition, pass, ready } = consumerWorld();
    await pass(60, calm);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(condition('WithinObjective')).toMatchObject({ status: 'True' });
    expect(status()).toMatchObject({ groupId: 'payment', lag: { known: true }, partitions: { total: 6 } });
    expect(metrics.values.has(lagSeries)).toBe(true);
    expect(scaler.writes).toEqual([]);
    expect(consumers.must(key).metadata.finalizers).toBeUndefined();
  });

  it('measure the exact numbers beside the status', async () => {
    const { kafka, metrics, pass } = consumerWorld({ scaling: { mode: 'Recommend', minReplicas: 3 } });
    await pass(30, calm);
    kafka.produce('orders', 0, new Array<Date>(7).fill(new Date('2026-01-01T00:00:30Z')));
    await pass(20);
    expect(Object.fromEntries(metrics.values)).toEqual({
      [lagSeries]: 7,
      [seriesOf('lag_seconds')]: 20,
      [seriesOf('replicas')]: 1,
      [seriesOf('desired_replicas')]: 3,
    });
  });

  it('grow a group that falls behind until it keeps up', async () => {
    const { scaler, status, condition, replicas, pass, notes } = consumerWorld({ scaling: { ratePerReplica: 100 } });
    await pass(300, rush);
    expect(replicas()).toBeGreaterThanOrEqual(3);
    expect(condition('WithinObjective')).toMatchObject({ status: 'True' });
    expect(status().lastDecision).toMatchObject({ to: scaler.writes.at(-1) });
    expect(new Set(notes.map(({ reason }) => reason))).toEqual(new Set(['Scaled']));
  });

  it('do not call a group within its objective whose records have no time that can be', async () => {
    const { kafka, metrics, condition, status, pass } = consumerWorld();
    kafka.produce('orders', 0, new Array<Date>(136).fill(new Date(8.64e15)));
    kafka.commit('payment', 'orders', 0, 0n);
    await pass(30);
    expect(status()).toMatchObject({ lag: { known: true, records: 100 } });
    expect(status().lag).not.toHaveProperty('seconds');
    expect(condition('WithinObjective')).toMatchObject({ status: 'Unknown', reason: 'LagUnknown' });
    expect(metrics.values.get(lagSeries)).toBe(136);
    expect(metrics.values.has(seriesOf('lag_seconds'))).toBe(false);
  });

  it('count nothing of a topic that no member reads, and name it', async () => {
    const { kafka, metrics, scaler, status, pass, ready } = consumerWorld({
      spec: { topics: ['orders', 'paid'], offsetReset: 'Earliest' },
      scaling: { ratePerReplica: 100 },
    });
    kafka.putTopic('paid', { partitions: 6 });
    kafka.produce('paid', 0, new Array<Date>(9_000).fill(new Date('2025-12-31T23:00:00Z')));
    await pass(300, calm);
    expect(scaler.writes).toEqual([]);
    expect(status()).toMatchObject({ topics: ['orders'], unreadTopics: ['paid'], partitions: { total: 6 } });
    expect(ready()?.message).toContain('no member of it reads "paid" of spec.topics');
    expect(metrics.values.get(lagSeries)).toBe(0);
    kafka.join('payment', 'pod-0', ['orders', 'paid']);
    await pass(40, calm);
    expect(status()).toMatchObject({ topics: ['orders', 'paid'], partitions: { total: 12 } });
    expect(status()).not.toHaveProperty('unreadTopics');
    expect(metrics.values.get(lagSeries)).toBe(9_000);
  });

  it('count what waits in a topic by pattern while the group has no members', async () => {
    const { kafka, metrics, show, status, condition, pass } = consumerWorld({ scaling: { mode: 'Off' } });
    kafka.putTopic('orders.eu', { partitions: 1 });
    kafka.join('payment', 'pod-0', ['orders', 'orders.eu']);
    kafka.commit('payment', 'orders.eu', 0, 0n);
    await pass(30, calm);
    show(0);
    kafka.produce('orders.eu', 0, new Array<Date>(300).fill(new Date('2026-01-01T00:00:30Z')));
    await pass(100);
    expect(status()).toMatchObject({ topics: ['orders', 'orders.eu'], lag: { records: 300 } });
    expect(condition('WithinObjective')).toMatchObject({ status: 'False', reason: 'LagOverObjective' });
    expect(metrics.values.get(lagSeries)).toBe(300);
  });

  it('ask once for each decision, though the watch of the Deployment is late', async () => {
    const { scaler, show, status, replicas, settle } = consumerWorld({ scaling: { fixedReplicas: 3 } });
    scaler.late = true;
    await settle();
    await settle();
    expect(scaler.writes).toEqual([3]);
    expect(status()).toMatchObject({ replicas: { current: 3, desired: 3 }, lastDecision: { from: 1, to: 3 } });
    show(3);
    await settle();
    expect(replicas()).toBe(3);
    expect(scaler.writes).toEqual([3]);
  });

  it('ask again when somebody else changes the size after that', async () => {
    const { scaler, show, replicas, settle } = consumerWorld({ scaling: { fixedReplicas: 3 } });
    await settle();
    show(1);
    await settle();
    expect(replicas()).toBe(3);
    expect(scaler.writes).toEqual([3, 3]);
  });

  it('poll nothing while paused, and go on afterwards', async () => {
    const { kafka, metrics, consumers, condition, pass, settle, ready } = consumerWorld();
    await pass(30, calm);
    consumers.edit(key, { spec: { paused: true } });
    await settle();
    const { polls } = kafka;
    await pass(60, calm);
    expect(kafka.polls).toBe(polls);
    expect(condition('Paused')).toMatchObject({ status: 'True' });
    expect(metrics.values.size).toBe(0);
    consumers.edit(key, { spec: { paused: false } });
    await pass(30, calm);
    expect(kafka.polls).toBeGreaterThan(polls);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('leave nothing of a resource that is gone', async () => {
    const { kafka, metrics, consumers, status, pass, settle } = consumerWorld({ scaling: { minReplicas: 3 } });
    await pass(30, calm);
    expect(status()).toMatchObject({ lastDecision: { to: 3 } });
    consumers.delete(key);
    await settle();
    const { polls } = kafka;
    await pass(30, calm);
    expect(kafka.polls).toBe(polls);
    expect(metrics.values.size).toBe(0);
    consumers.create(consumerResource());
    await pass(10, calm);
    expect(status()).not.toHaveProperty('lastDecision');
  });

  it('claim no lag once the EventCluster is gone', async () => {
    const { kafka, clusters, metrics, status, condition, pass } = consumerWorld();
    await pass(30, calm);
    clusters.delete('default');
    await pass(30, calm);
    const { polls } = kafka;
    await pass(30, calm);
    expect(kafka.polls).toBe(polls);
    expect(status()).not.toHaveProperty('lag');
    expect(metrics.values.size).toBe(0);
    expect(condition('Reconciling')).toMatchObject({ status: 'True', reason: 'ClusterNotFound' });
  });
});

describe('a consumer that cannot begin', () => {
  it('waits for the cluster whose Kafka was not seen yet', async () => {
    const { kafka, clusters, pass, ready, condition } = consumerWorld();
    clusters.editStatus('default', { clusterId: null });
    await pass(10, calm);
    expect(ready()).toMatchObject({ status: 'False', reason: 'ClusterNotReady' });
    expect(condition('Reconciling')).toMatchObject({ status: 'True', reason: 'ClusterNotReady' });
    expect(kafka.polls).toBe(0);
  });

  it('names the first of those that drive its Deployment, in whichever order they are seen', async () => {
    const { autoscalers, settle, condition } = consumerWorld();
    for (const [kind, name] of drivers) autoscalers.create(driverOf(kind, name));
    await settle();
    expect(condition('Stalled')?.message).toContain('HorizontalPodAutoscaler "a"');
    autoscalers.delete('shop/a');
    await settle();
    expect(condition('Stalled')?.message).toContain('HorizontalPodAutoscaler "z"');
  });
});

const drivers = [
  ['ScaledObject', 'c'],
  ['HorizontalPodAutoscaler', 'z'],
  ['HorizontalPodAutoscaler', 'a'],
  ['ScaledObject', 'b'],
] as const;

function driverOf(kind: string, name: string): Autoscaler {
  const metadata = { ...consumerResource().metadata, name };
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment' };
  return { apiVersion: 'any/v1', kind, metadata, spec: { scaleTargetRef } };
}

describe('a group that needs less', () => {
  const large = { replicas: 6, scaling: { ratePerReplica: 100 } };

  it('shrinks once that held for as long as the policy says', async () => {
    const { scaler, replicas, pass } = consumerWorld(large);
    await pass(90, calm);
    expect(scaler.writes).toEqual([]);
    await pass(90, calm);
    expect(replicas()).toBeLessThan(6);
  });

  it.each([
    { it: 'a size that it asked for as its own, though the answer was lost', by: 'us', after: 1 },
    { it: 'a size that somebody else chose, which has the whole time before it', by: 'somebody else', after: 3 },
  ])('knows $it', async ({ by, after }) => {
    const { consumers, scaler, show, replicas, pass } = consumerWorld(large);
    await pass(90, calm);
    if (by === 'us') {
      scaler.lost = 1;
      consumers.edit(key, { spec: { scaling: { fixedReplicas: 3 } } });
      await pass(5, calm);
      consumers.edit(key, { spec: { scaling: { fixedReplicas: null } } });
    } else {
      show(3);
    }
    await pass(60, calm);
    expect(replicas()).toBe(after);
  });

  it.each([45, 600])('never shrinks while its lag is unknown for %i s, nor right after', async (seconds) => {
    const { kafka, scaler, metrics, condition, status, pass, ready } = consumerWorld(large);
    await pass(90, calm);
    kafka.goDown();
    await pass(seconds);
    expect(condition('WithinObjective')).toMatchObject({ status: 'Unknown', reason: 'LagUnknown' });
    expect(condition('ScalingActive')).toMatchObject({ status: 'Unknown', reason: 'LagUnknown' });
    expect(status()).toMatchObject({ lag: { known: false } });
    expect(status().lag).not.toHaveProperty('records');
    expect(metrics.values.has(lagSeries)).toBe(false);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    kafka.comeBack();
    await pass(90, calm);
    expect(condition('WithinObjective')).toMatchObject({ status: 'True' });
    expect(scaler.writes).toEqual([]);
  });
});

const shown = ['topics', 'unreadTopics', 'lag', 'partitions', 'replicas', 'lastDecision', 'ownedBy'];

describe('a consumer that is granted less than before', () => {
  const rule = { namespaces: ['shop'], topics: ['*'], subjects: [], groups: ['*'], deletionPolicies: ['Retain'] };

  it.each([
    { it: 'its group', grant: { groups: [] } },
    { it: 'its topic', grant: { topics: [] } },
  ])('shows nothing of it any more: $it', async ({ grant }) => {
    const { kafka, clusters, metrics, status, pass, ready } = consumerWorld({
      spec: { topics: ['orders', 'paid'] },
      scaling: { minReplicas: 2 },
    });
    await pass(30, calm);
    for (const field of shown.slice(0, -1)) expect(status()).toHaveProperty(field);
    clusters.edit('default', { spec: { access: [{ ...rule, ...grant }] } });
    clusters.editStatus('default', { clusterId: null });
    await pass(10, calm);
    const { polls } = kafka;
    await pass(30, calm);
    expect(kafka.polls).toBe(polls);
    expect(ready()).toMatchObject({ status: 'False', reason: 'NotGranted' });
    for (const field of shown) expect(status()).not.toHaveProperty(field);
    expect(metrics.values.size).toBe(0);
    clusters.edit('default', { spec: { access: [rule] } });
    clusters.editStatus('default', { clusterId: 'kafka-1' });
    await pass(10, calm);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(status()).not.toHaveProperty('lastDecision');
  });

  it('is not told what its group reads besides, until it reads that no more', async () => {
    const { kafka, clusters, scaler, metrics, status, condition, pass, ready } = consumerWorld({
      scaling: { minReplicas: 2 },
    });
    kafka.putTopic('secret', { partitions: 1 });
    clusters.edit('default', { spec: { access: [{ ...rule, topics: ['orders'] }] } });
    await pass(30, calm);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    kafka.join('payment', 'stray', ['secret']);
    await pass(30, rush);
    expect(condition('Stalled')).toMatchObject({ status: 'True', reason: 'NotGranted' });
    expect(JSON.stringify(status())).not.toContain('secret');
    for (const field of shown) expect(status()).not.toHaveProperty(field);
    expect(metrics.values.size).toBe(0);
    expect(scaler.writes).toEqual([2]);
    kafka.leave('payment', 'stray');
    await pass(30, calm);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(status()).toMatchObject({ topics: ['orders'], lag: { known: true } });
    expect(status()).not.toHaveProperty('lastDecision');
  });

  it.each([
    { it: 'read that before it lost its members', join: true },
    { it: 'has no members, and committed offsets of that', join: false },
  ])('is not told of a group that $it', async ({ join }) => {
    const { kafka, clusters, condition, show, status, pass } = consumerWorld({ scaling: { mode: 'Off' } });
    kafka.putTopic('secret', { partitions: 1 });
    clusters.edit('default', { spec: { access: [{ ...rule, topics: ['orders'] }] } });
    if (join) {
      kafka.join('payment', 'stray', ['secret']);
      await pass(10, calm);
    } else {
      kafka.commit('payment', 'secret', 0, 0n);
    }
    show(0);
    kafka.leave('payment', 'stray');
    await pass(30, calm);
    expect(condition('Stalled')).toMatchObject({ status: 'True', reason: 'NotGranted' });
    for (const field of shown) expect(status()).not.toHaveProperty(field);
  });

  it('is looked at again after a restart, and told once it reads only what is granted', async () => {
    const access = [{ ...rule, topics: ['orders'] }];
    const before = consumerWorld();
    before.kafka.putTopic('secret', { partitions: 1 });
    before.clusters.edit('default', { spec: { access } });
    before.kafka.join('payment', 'stray', ['secret']);
    await before.pass(10, calm);
    expect(before.ready()).toMatchObject({ reason: 'NotGranted' });
    const { clusters, consumers, pass, ready, round } = consumerWorld();
    clusters.edit('default', { spec: { access } });
    consumers.editStatus(key, before.status());
    await round();
    expect(ready()).toMatchObject({ reason: 'NotGranted' });
    await pass(10, calm);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });
});

describe('the owner of a group', () => {
  const older = { uid: 'older-uid', creationTimestamp: '2025-01-01T00:00:00Z' };
  const squatter = consumerResource({}, { ...older, namespace: 'evil' });
  const mine = { namespaces: ['shop'], topics: ['*'], subjects: [], groups: ['*'], deletionPolicies: ['Retain'] };

  it.each([
    { it: 'nothing', topics: [], groups: [] },
    { it: 'the group only', topics: [], groups: ['*'] },
    { it: 'the topics only', topics: ['*'], groups: [] },
  ])('has a grant: an older one that is granted $it holds nothing and measures nothing', async (grant) => {
    const { clusters, metrics, pass, settle, ready } = consumerWorld({ others: [squatter] });
    clusters.edit('default', { spec: { access: [mine, { ...mine, ...grant, namespaces: ['evil'] }] } });
    await settle('evil/payment');
    await pass(30, calm);
    expect(ready('evil/payment')).toMatchObject({ status: 'False', reason: 'NotGranted' });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect([...metrics.values.keys()].filter((series) => series.includes('evil'))).toEqual([]);
  });

  it('is granted what the group reads: an older one that names it beside a topic of its own holds nothing', async () => {
    const bait = consumerResource({ topics: ['bait'] }, { ...older, namespace: 'evil' });
    const { kafka, clusters, metrics, consumers, pass, settle, ready, condition } = consumerWorld({ others: [bait] });
    kafka.putTopic('bait', { partitions: 1 });
    clusters.edit('default', { spec: { access: [mine, { ...mine, namespaces: ['evil'], topics: ['bait'] }] } });
    for (let looks = 0; looks < 3; looks += 1) {
      await settle('evil/payment');
      await pass(10, calm);
    }
    expect(condition('Stalled', 'evil/payment')).toMatchObject({ status: 'True', reason: 'NotGranted' });
    const said = JSON.stringify(consumers.must('evil/payment').status);
    expect(said).not.toContain('orders');
    for (const field of shown) expect(consumers.must('evil/payment').status).not.toHaveProperty(field);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect([...metrics.values.keys()].filter((series) => series.includes('evil'))).toEqual([]);
  });

  it.each([
    { it: 'that is refused holds no Deployment', groups: ['payment'], reason: 'InSync' },
    { it: 'that is granted its group holds its Deployment', groups: ['*'], reason: 'OwnedByOther' },
  ])('is one thing; an older one of another group $it', async ({ groups, reason }) => {
    const first = consumerResource({ groupId: 'audit' }, { ...older, name: 'first' });
    const { clusters, pass, settle, ready } = consumerWorld({ others: [first] });
    clusters.edit('default', { spec: { access: [{ ...mine, groups }] } });
    await settle('shop/first');
    await pass(10, calm);
    expect(ready()).toMatchObject({ reason });
  });

  it.each([
    {
      it: 'whose cluster is not known still holds its Deployment',
      spec: { clusterRef: { name: 'gone' } },
      reason: 'OwnedByOther',
    },
    {
      it: 'that is on its way out holds nothing',
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
      reason: 'InSync',
    },
  ])('is not everyone; an older one $it', async ({ spec, metadata, reason }) => {
    const first = consumerResource({ groupId: 'audit', ...spec }, { ...older, name: 'first', ...metadata });
    const { pass, ready } = consumerWorld({ others: [first] });
    await pass(10, calm);
    expect(ready()).toMatchObject({ reason });
  });

  it('changes with the grants while nothing was scaled yet, and only the new one measures', async () => {
    const { kafka, clusters, deployments, pass, ready } = consumerWorld({ others: [squatter] });
    deployments.delete(key);
    await pass(30, calm);
    expect(ready()).toMatchObject({ status: 'False', reason: 'TargetNotFound' });
    clusters.edit('default', { spec: { access: [{ ...mine, namespaces: ['*'] }] } });
    await pass(30, calm);
    expect(ready()).toMatchObject({ status: 'False', reason: 'OwnedByOther' });
    const { polls } = kafka;
    await pass(30, calm);
    expect(kafka.polls).toBe(polls);
  });

  it('is the older resource, until that goes', async () => {
    const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'elsewhere' } as const;
    const first = consumerResource({ groupId: 'payment', targetRef }, { ...older, name: 'first' });
    const { kafka, consumers, status, pass, ready } = consumerWorld({ others: [first] });
    await pass(30, calm);
    expect(ready()).toMatchObject({ status: 'False', reason: 'OwnedByOther' });
    expect(status()).toMatchObject({ ownedBy: 'first' });
    expect(kafka.polls).toBe(0);
    consumers.delete('shop/first');
    await pass(30, calm);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(status()).not.toHaveProperty('ownedBy');
  });
});
