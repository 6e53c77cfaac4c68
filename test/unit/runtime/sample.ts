import { z } from 'zod';
import { commonStatus } from '../../../src/crds/common-status.ts';
import { fitterOf } from '../../../src/crds/fit-status.ts';
import type { EventNote, EventRecorder, KubeObject } from '../../../src/ports/kube.ts';
import { type Behaviour, type Blocked, inSync, type Managed, type Plan } from '../../../src/runtime/kind.ts';
import { type RoundParts, type RoundResult, runRound } from '../../../src/runtime/round.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { FakeStore, type NewObject } from '../../fakes/fake-store.ts';

/** The smallest kind that can do all a kind can: it keeps a text on a wall. */
export interface Note extends Managed {
  spec: { text: string; paused?: boolean; keep?: boolean; blocked?: readonly Blocked[] };
  status?: Managed['status'] & { shown?: string };
}

const noteStatus = z.object({ ...commonStatus, shown: z.string().max(64).optional() });

export type NoteAction = { op: 'write'; name: string; text: string } | { op: 'erase'; name: string };
export type NoteFields = { shown: string | undefined };

/** The outside world of the sample kind. */
export class Wall {
  readonly texts = new Map<string, string>();
  readonly writes: string[] = [];
  /** What the wall makes of a text, as a broker may rewrite a value. */
  rewrite = (text: string) => text;
  /** Called before each call takes effect. */
  before: (call: 'read' | 'write' | 'erase') => void | Promise<void> = () => {};
  readonly #failures = new Map<number, { error: Error; applied: boolean }>();
  #calls = 0;

  /** The `n`-th call from now fails; `applied`: it takes effect and only its answer is lost. */
  failCall(n: number, error: Error, { applied = false }: { applied?: boolean } = {}): void {
    this.#failures.set(this.#calls + n, { error, applied });
  }

  read(name: string): Promise<string | undefined> {
    return this.#call('read', () => this.texts.get(name));
  }

  write(name: string, text: string): Promise<void> {
    return this.#call('write', () => {
      this.writes.push(`${name}: ${text}`);
      this.texts.set(name, this.rewrite(text));
    });
  }

  erase(name: string): Promise<void> {
    return this.#call('erase', () => {
      this.writes.push(`${name} erased`);
      this.texts.delete(name);
    });
  }

  async #call<T>(call: 'read' | 'write' | 'erase', effect: () => T): Promise<T> {
    this.#calls += 1;
    const failure = this.#failures.get(this.#calls);
    await this.before(call);
    if (failure !== undefined && !failure.applied) throw failure.error;
    const answer = effect();
    if (failure !== undefined) throw failure.error;
    return answer;
  }
}

type NoteBehaviour = Behaviour<Note, string | undefined, NoteAction, NoteFields, Plan<NoteAction>, string | undefined>;

export function noteBehaviour(wall: Wall): NoteBehaviour {
  const planWith = (actions: readonly NoteAction[], { spec }: Note): Plan<NoteAction> => ({
    actions,
    blocked: spec.blocked ?? [],
  });
  return {
    observe: ({ metadata }) => wall.read(metadata.name),
    plan: (note, shown) => {
      const { name } = note.metadata;
      return planWith(shown === note.spec.text ? [] : [{ op: 'write', name, text: note.spec.text }], note);
    },
    act: async (action) => {
      if (action.op === 'erase') {
        await wall.erase(action.name);
        return { type: 'Normal', reason: 'Erased', message: 'erased the text' };
      }
      await wall.write(action.name, action.text);
      return { type: 'Normal', reason: 'Written', message: `wrote "${action.text}"` };
    },
    report: (_note, shown) => ({
      done: { reason: 'InSync', message: 'the text is on the wall' },
      findings: [
        { type: 'Legible', status: shown === undefined ? 'False' : 'True', reason: 'Seen', message: 'looked' },
      ],
      fields: { shown },
    }),
    removal: {
      guards: ({ spec }) => spec.keep !== true,
      observe: ({ metadata }) => wall.read(metadata.name),
      plan: (note, shown) => {
        if (shown === undefined)
          return { ...inSync, farewell: { type: 'Normal', reason: 'Gone', message: 'all is gone' } };
        const { blocked = [] } = note.spec;
        return blocked.length > 0
          ? { actions: [], blocked }
          : planWith([{ op: 'erase', name: note.metadata.name }], note);
      },
    },
  };
}

export class RecordedEvents implements EventRecorder {
  readonly notes: EventNote[] = [];
  record(_object: KubeObject, note: EventNote): void {
    this.notes.push(note);
  }
}

export const finalizer = 'sluice.dev/finalizer';
export const recheckMs = 300_000;
export const slowMs = 1_000;

export function newNote(name = 'shop/hello', spec: Partial<Note['spec']> = {}): NewObject<Note> {
  const [namespace = '', short = ''] = name.split('/');
  return {
    apiVersion: 'example.dev/v1',
    kind: 'Note',
    metadata: { name: short, namespace },
    spec: { text: 'hello', ...spec },
    status: { observedGeneration: -1 },
  };
}

const eventTypes: Readonly<Record<string, EventNote['type']>> = {
  WallUnavailable: 'Warning',
  Refused: 'Warning',
  Paused: 'Normal',
};

/** The sample kind with all its surroundings faked. */
export function createWorld(...notes: readonly NewObject<Note>[]) {
  const store = new FakeStore<Note>(notes.length === 0 ? [newNote()] : notes);
  const wall = new Wall();
  const clock = new FakeClock();
  const events = new RecordedEvents();
  const parts: Omit<RoundParts<Note>, 'behaviour'> & { behaviour: NoteBehaviour } = {
    store,
    behaviour: noteBehaviour(wall),
    finalizer,
    fitStatus: fitterOf({ status: noteStatus }),
    failureReasons: { away: { kafka: 'WallUnavailable' }, rejected: { kafka: 'TextRejected' } },
    eventTypeOf: (reason) => eventTypes[reason],
    events,
    clock,
    recheckMs,
    slowMs,
  };
  const round = (key = 'shop/hello', signal = new AbortController().signal): Promise<RoundResult> =>
    runRound(parts, store.must(key), signal);
  return { store, wall, clock, events, parts, round };
}

export type World = ReturnType<typeof createWorld>;

/** The conditions in short: `Ready=True InSync`. */
export function conditionsOf({ status }: Managed): readonly string[] {
  return (status?.conditions ?? []).map((condition) => `${condition.type}=${condition.status} ${condition.reason}`);
}
