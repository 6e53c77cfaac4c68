import { consume, handleOnce, runService, type Transaction } from '@sluice/sdk';
import { type EventType, followUp, type OrderEvent } from './events.ts';
import { createPace } from './pace.ts';
import { readStepSettings } from './settings.ts';
import { openStore } from './store.ts';

export interface Step<Input extends OrderEvent, Output extends OrderEvent> {
  /** Of the service, and of its schema in the database. */
  readonly service: string;
  /** The folder with the SQL files of its tables. */
  readonly tables: URL;
  /** The type of the event that follows. */
  readonly makes: EventType;
  /** What the next event adds. Must depend on the input alone. */
  readonly work: (input: Input) => Omit<Output, keyof OrderEvent>;
  /** What the step changes in its own tables. Happens once for each input. */
  readonly effect: (output: Output & Input, transaction: Transaction) => Promise<unknown>;
}

/**
 * One step of the saga: read an event, take the service time, and in one transaction write down that the event was handled, what
 * it changes, and the event that follows. A relay sends that one. Whatever dies when: the effect happens once, and so does the
 * follow-up, to everybody who drops what they have seen.
 */
export function runStep<Input extends OrderEvent, Output extends OrderEvent>(
  step: Step<Input, Output>,
): Promise<never> {
  const { inputTopic, outputTopic, groupId, serviceRate } = readStepSettings(process.env);
  return runService(step.service, async (service) => {
    const store = await openStore<OrderEvent>(
      { schema: step.service, tables: step.tables, topic: outputTopic },
      service,
    );
    const takeTurn = createPace(serviceRate);
    const { inbox, database } = store;
    const once = { group: groupId, inbox, database, metrics: service.metrics };
    const handleInput = handleOnce<Input, Transaction>(once, async ({ value: input, log }, transaction) => {
      const output = nextEvent(step, input, new Date());
      await step.effect({ ...input, ...output }, transaction);
      await store.add(transaction, step.makes, output);
      log.info({ orderId: output.orderId, eventId: output.eventId }, step.makes);
    });
    await consume<Input>(
      {
        group: groupId,
        topics: [inputTopic],
        async handler(delivery) {
          await takeTurn();
          await handleInput(delivery);
        },
      },
      service,
    );
    await store.close();
  });
}

function nextEvent<Input extends OrderEvent, Output extends OrderEvent>(
  step: Step<Input, Output>,
  input: Input,
  now: Date,
) {
  return { ...followUp(input, step.makes, step.service, now), ...step.work(input) } as Output;
}
