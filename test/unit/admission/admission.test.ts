import { describe, expect, it } from 'vitest';
import { createAdmission, gateOf, type KindGate } from '../../../src/admission/admission.ts';
import { parseEventTopic } from '../../../src/crds/event-topic.ts';
import type { Judgement } from '../../../src/runtime/judgement.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { RecordedLog, RecordedMetrics } from '../../fakes/recorders.ts';
import { topicResource } from '../controllers/samples.ts';

const shrunk = { reason: 'PartitionDecreaseRefused', message: 'partitions never shrink' };
const owned = { reason: 'OwnedByOther', message: 'it is owned by "older"' };
const fine: Judgement = { refused: [], open: [], unchecked: [], mode: 'Deny' };

/** The gate says one after the other; the last one stays. */
function admission(...judgements: readonly (Judgement | Error)[]) {
  const clock = new FakeClock();
  const log = new RecordedLog();
  const metrics = new RecordedMetrics();
  let asked = 0;
  const gate: KindGate = async () => {
    const judgement = judgements[Math.min(asked, judgements.length - 1)] ?? fine;
    asked += 1;
    if (judgement instanceof Error) throw judgement;
    return judgement;
  };
  const review = createAdmission({ gates: new Map([['EventTopic', gate]]), clock, log, metrics });
  const ask = async (request: object) => {
    const asking = review(JSON.stringify(reviewOf(request)));
    await clock.advance(250);
    const answer = await asking;
    if (!answer.ok) throw new Error(answer.problem);
    return (answer.body as { response: Record<string, unknown> }).response;
  };
  return { ask, clock, log, metrics, review, asked: () => asked };
}

const object = { kind: 'EventTopic', metadata: { name: 'orders', namespace: 'shop', uid: 'u' }, spec: {} };
const reviewOf = (request: object) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: '1', object, ...request },
});

describe('a review', () => {
  it('of what is in order is allowed without a word', async () => {
    expect(await admission(fine).ask({})).toEqual({ uid: '1', allowed: true });
  });

  it('of what the reconciler would refuse is denied in its words, with what else is to be said', async () => {
    const { ask } = admission({ ...fine, refused: [shrunk], open: [owned], unchecked: ['the registry is away'] });
    expect(await ask({})).toEqual({
      uid: '1',
      allowed: false,
      status: { code: 403, reason: 'Forbidden', message: 'PartitionDecreaseRefused: partitions never shrink' },
      warnings: ['OwnedByOther: it is owned by "older"', 'the registry is away'],
    });
  });

  it('of a resource that asks for warnings only is allowed with one', async () => {
    const { ask } = admission({ ...fine, refused: [shrunk], mode: 'Warn' });
    const warnings = ['PartitionDecreaseRefused: partitions never shrink'];
    expect(await ask({})).toEqual({ uid: '1', allowed: true, warnings });
  });

  it('of a change that mends nothing and makes nothing worse is allowed with a warning', async () => {
    const { ask } = admission({ ...fine, refused: [shrunk] });
    const warnings = ['PartitionDecreaseRefused: partitions never shrink'];
    expect(await ask({ oldObject: object })).toEqual({ uid: '1', allowed: true, warnings });
  });

  it('of a change that makes something worse is denied', async () => {
    const worse = { ...shrunk, message: 'another' };
    const { ask } = admission(
      { ...fine, refused: [worse] },
      { ...fine, refused: [shrunk] },
      { ...fine, refused: [worse] },
    );
    expect(await ask({ oldObject: object })).toMatchObject({ allowed: false });
  });

  it('looks again before it denies: the caches may be behind what was applied a moment before', async () => {
    const { ask, asked } = admission({ ...fine, refused: [shrunk] }, fine);
    expect(await ask({})).toEqual({ uid: '1', allowed: true });
    expect(asked()).toBe(2);
  });

  it('of a kind that has no gate is allowed, and makes no series of its own', async () => {
    const { ask, metrics } = admission(fine);
    expect(await ask({ object: { ...object, kind: 'Invented' } })).toEqual({ uid: '1', allowed: true });
    await ask({});
    expect([...metrics.values.keys()].filter((series) => series.includes('Invented'))).toEqual([]);
    expect([...metrics.values.keys()].some((series) => series.includes('EventTopic'))).toBe(true);
  });

  it('over which we fail is allowed with a warning, and the log says why', async () => {
    const { ask, log } = admission(new Error('a bug'));
    expect(await ask({})).toEqual({ uid: '1', allowed: true, warnings: ['not checked by Sluice: a bug'] });
    expect(log.lines).toMatchObject([{ message: 'a review failed', fields: { kind: 'EventTopic', error: 'a bug' } }]);
  });

  it('that takes too long is answered before the API server gives it up', async () => {
    const clock = new FakeClock();
    const never: KindGate = () => new Promise(() => undefined);
    const parts = { clock, log: new RecordedLog(), metrics: new RecordedMetrics() };
    const asking = createAdmission({ ...parts, gates: new Map([['EventTopic', never]]) })(JSON.stringify(reviewOf({})));
    await clock.advance(4_000);
    const warnings = ['not checked by Sluice: it took longer than 4 s'];
    expect(await asking).toMatchObject({ ok: true, body: { response: { allowed: true, warnings } } });
  });

  it.each([
    { it: 'no JSON', text: '{', says: 'the body is no AdmissionReview of admission.k8s.io/v1' },
    {
      it: 'a review of another version',
      text: JSON.stringify({ ...reviewOf({}), apiVersion: 'admission.k8s.io/v1beta1' }),
      says: 'the body is no AdmissionReview of admission.k8s.io/v1',
    },
    { it: 'a review without a uid', text: JSON.stringify(reviewOf({ uid: '' })), says: 'request.uid is missing' },
    {
      it: 'a review of nothing',
      text: JSON.stringify(reviewOf({ object: null })),
      says: 'request.object is no object with metadata.name',
    },
  ])('is not made of $it', async ({ text, says }) => {
    expect(await admission(fine).review(text)).toEqual({ ok: false, problem: says });
  });
});

it('what this version of the operator cannot read is left to the reconciler, with a warning', async () => {
  const gate = gateOf(parseEventTopic, async () => ({ ...fine, refused: [shrunk] }));
  const signal = new AbortController().signal;
  expect(await gate({ ...topicResource(), spec: { partitions: 'many' } } as never, signal)).toMatchObject({
    refused: [],
    unchecked: [expect.stringContaining('this version of the operator cannot read it: spec.partitions')],
  });
  expect(await gate(topicResource(), signal)).toMatchObject({ refused: [shrunk] });
});
