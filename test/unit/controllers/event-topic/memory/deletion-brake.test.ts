import { describe, expect, it } from 'vitest';
import { DeletionBrake } from '../../../../../src/controllers/event-topic/memory/deletion-brake.ts';
import { Fault } from '../../../../../src/ports/fault.ts';
import { FakeJournal } from '../../../../fakes/fake-journal.ts';

const at = (minute: number) => new Date(Date.parse('2026-01-01T00:00:30Z') + minute * 60_000);
const deletion = (id: string, limit = 2, clusterId = 'kafka-1') => ({ clusterId, id, limit });

describe('the brake on deletions', () => {
  it('lets as many through as an hour may have, and says when there is room again', async () => {
    const brake = new DeletionBrake(new FakeJournal());
    expect(await brake.take(deletion('a'), at(0))).toBe(true);
    expect(await brake.take(deletion('b'), at(10))).toBe(true);
    expect(await brake.take(deletion('c'), at(20))).toBe(false);
    expect(brake.waitMs(deletion('c'), at(20))).toBe(40.5 * 60_000);
    expect(await brake.take(deletion('c'), at(60))).toBe(false);
    expect(await brake.take(deletion('c'), at(61))).toBe(true);
  });

  it('counts a topic once, however often its deletion is tried', async () => {
    const brake = new DeletionBrake(new FakeJournal());
    for (let tries = 0; tries < 5; tries += 1) expect(await brake.take(deletion('a'), at(tries))).toBe(true);
    expect(await brake.take(deletion('b'), at(5))).toBe(true);
  });

  it('holds back no topic that it has let through, although as many were made since', async () => {
    const brake = new DeletionBrake(new FakeJournal());
    for (const id of ['a', 'b']) await brake.take(deletion(id), at(0));
    expect(brake.waitMs(deletion('a'), at(1))).toBeUndefined();
    expect(await brake.take(deletion('a'), at(1))).toBe(true);
  });

  it('counts a topic anew when the hour of its first try is over', async () => {
    const brake = new DeletionBrake(new FakeJournal());
    for (const minute of [0, 61]) expect(await brake.take(deletion('a', 1), at(minute))).toBe(true);
    expect(await brake.take(deletion('b', 1), at(61))).toBe(false);
  });

  it('counts each Kafka cluster by itself', async () => {
    const brake = new DeletionBrake(new FakeJournal());
    expect(await brake.take(deletion('a', 1), at(0))).toBe(true);
    expect(await brake.take(deletion('b', 1, 'kafka-2'), at(0))).toBe(true);
    expect(await brake.take(deletion('c', 1), at(0))).toBe(false);
  });

  it('lets nothing through at a limit of nought', async () => {
    expect(await new DeletionBrake(new FakeJournal()).take(deletion('a', 0), at(0))).toBe(false);
  });

  it('goes on counting after a restart, and when others led in between', async () => {
    const journal = new FakeJournal();
    const first = new DeletionBrake(journal);
    await first.take(deletion('a', 3), at(0));
    await new DeletionBrake(journal).take(deletion('b', 3), at(0));
    expect(await first.take(deletion('c', 3), at(0))).toBe(true);
    expect(await first.take(deletion('d', 3), at(0))).toBe(false);
  });

  it('lets nothing through that could not be recorded', async () => {
    const journal = new FakeJournal();
    journal.beforeRecord = () => {
      throw new Fault('kubernetes', 'unavailable', 'no answer');
    };
    await expect(new DeletionBrake(journal).take(deletion('a'), at(0))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  const minute = at(0).getTime() / 60_000 - 0.5;
  it.each([...['null', '{}', '[["a",1]]'], ...[`[[${minute},"many"]]`, `[[${minute},1,1]]`, `["${minute}"]`]])(
    'begins anew after a damaged record: %s',
    async (stored) => {
      const journal = new FakeJournal();
      journal.deletions.set('kafka-1', JSON.parse(stored));
      expect(await new DeletionBrake(journal).take(deletion('a', 1), at(0))).toBe(true);
    },
  );
});
