import { currentEvent } from './context.ts';

/** What is known of every event beside its value. Ids are text; `timestamp` is in milliseconds since 1970. */
export interface Envelope {
  /** The same however often the event is delivered. */
  readonly eventId: string;
  /** What happened, such as `order.created`. */
  readonly type: string;
  /** The service that says so. */
  readonly source: string;
  readonly timestamp: number;
  /** Carried by all events that one request from outside leads to. */
  readonly correlationId: string;
  /** The event that was being handled when this one came about; absent for the first. */
  readonly causationId?: string;
  /** What the event is about, such as an order's id. */
  readonly subject?: string;
}

/** As clients give them: absent, one or several values. */
export type RecordHeaders = Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>>;

/** The origin of a record, from which an envelope is made where the record brings none. */
export interface RecordOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** In milliseconds since 1970, as the record has it. */
  readonly timestamp: string;
}

export type NewEvent = Pick<Envelope, 'eventId' | 'type' | 'source' | 'timestamp'> &
  Partial<Pick<Envelope, 'correlationId' | 'subject'>>;

/** The envelope of an event that comes about now: it belongs to what is being handled, if anything is. */
export function newEnvelope({ correlationId, ...event }: NewEvent): Envelope {
  const cause = currentEvent();
  return {
    ...event,
    correlationId: correlationId ?? cause?.correlationId ?? event.eventId,
    ...(cause && { causationId: cause.eventId }),
  };
}

/**
 * The envelope as headers: the binary mode of CloudEvents for Kafka, with its extension attributes for correlation.
 * Source: cloudevents/spec, bindings/kafka-protocol-binding.md and extensions/correlation.md.
 */
export function envelopeHeaders(envelope: Envelope): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: envelope.eventId,
    ce_type: envelope.type,
    ce_source: envelope.source,
    ce_time: new Date(envelope.timestamp).toISOString(),
    ce_correlationid: envelope.correlationId,
    ...(envelope.causationId !== undefined && { ce_causationid: envelope.causationId }),
    ...(envelope.subject !== undefined && { ce_subject: envelope.subject }),
  };
}

/**
 * The envelope of a record. One that brings no id, from a producer that knows nothing of envelopes, is named by its place, so that
 * it has the same id each time that it is delivered.
 */
export function readEnvelope(headers: RecordHeaders | undefined, origin: RecordOrigin): Envelope {
  const text = (name: string) => textOf(headers?.[name]);
  const eventId = text('ce_id') ?? `${origin.topic}/${origin.partition}/${origin.offset}`;
  const causationId = text('ce_causationid');
  const subject = text('ce_subject');
  const time = Date.parse(text('ce_time') ?? '');
  return {
    eventId,
    type: text('ce_type') ?? origin.topic,
    source: text('ce_source') ?? 'unknown',
    timestamp: Number.isNaN(time) ? Number(origin.timestamp) : time,
    correlationId: text('ce_correlationid') ?? eventId,
    ...(causationId !== undefined && { causationId }),
    ...(subject !== undefined && { subject }),
  };
}

function textOf(header: RecordHeaders[string]): string | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  return value === undefined || value.length === 0 ? undefined : value.toString();
}
