import type { EachMessagePayload } from 'kafkajs';
import { consume } from './consumer.ts';
import { type Envelope, type EventType, followUp } from './events.ts';
import { createPace } from './pace.ts';
import { createPublisher } from './publisher.ts';
import { runService } from './service.ts';
import { readStepSettings } from './settings.ts';

export interface Step<Input extends Envelope, Output extends Envelope> {
  readonly service: string;
  /** The type of the event that follows. */
  readonly makes: EventType;
  /** What the next event adds to its envelope. Must depend on the input alone, so that a redelivery makes the same event. */
  readonly work: (input: Input) => Omit<Output, keyof Envelope>;
}

/**
 * One step of the saga: read an event, take the service time, publish the event that follows. An input is committed only after its
 * follow-up is acknowledged; a crash in between makes the same follow-up again, never none.
 */
export function runStep<Input extends Envelope, Output extends Envelope>(step: Step<Input, Output>): Promise<never> {
  const { inputTopic, outputTopic, groupId, serviceRate } = readStepSettings(process.env);
  return runService(step.service, async (service) => {
    const publisher = await createPublisher(outputTopic, service);
    const takeTurn = createPace(serviceRate);
    const handle = async ({ message }: EachMessagePayload) => {
      const input = await service.codec.decode<Input>(message.value);
      await takeTurn();
      const output = nextEvent(step, input, new Date());
      await publisher.publish(output);
      const { orderId, correlationId, eventId } = output;
      service.log.info({ orderId, correlationId, eventId }, step.makes);
    };
    await consume({ groupId, topics: [inputTopic], commit: true, handle }, service);
    await publisher.close();
  });
}

function nextEvent<Input extends Envelope, Output extends Envelope>(
  step: Step<Input, Output>,
  input: Input,
  now: Date,
) {
  return { ...followUp(input, step.makes, step.service, now), ...step.work(input) };
}
