import type { Dispatcher } from 'undici';
import { withDeadline } from '../../../base/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import { Fault } from '../../../ports/fault.ts';
import type { Histogram, Metrics } from '../../../ports/metrics.ts';
import { statusOf } from '../client/wire.ts';
import { faultOfAbort, faultOfError, faultOfStatus, malformed } from '../faults.ts';
import { type Place, pathOf, type ResourceType } from '../resource-type.ts';
import type { KubeSettings } from '../settings.ts';
import type { KubeConnection } from './connection.ts';
import { Turnstile } from './turnstile.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'apply' | 'delete';

export interface KubeRequest {
  verb: Verb;
  type: ResourceType;
  place: Place;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
}

export interface TransportParts {
  connection: KubeConnection;
  clock: Clock;
  metrics: Metrics;
  settings: KubeSettings;
  /** Whether we may still change things; asked in the moment in which a change leaves. */
  fence: () => boolean;
}

const methods = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  patch: 'PATCH',
  apply: 'PATCH',
  delete: 'DELETE',
} as const;

/** Begins each message about a request: `cannot patch eventtopics/status shop/orders`. */
export function describeRequest({ verb, type, place }: KubeRequest): string {
  const subresource = place.subresource === undefined ? '' : `/${place.subresource}`;
  const where = [place.namespace, place.name].filter((part) => part !== undefined).join('/');
  return `cannot ${verb} ${type.plural}${subresource}${where === '' ? '' : ` ${where}`}`;
}

/** Single HTTP exchanges: deadline, size cap, fence, and errors as Fault. */
export class Transport {
  readonly #parts: TransportParts;
  readonly #seconds: Histogram;
  /** Namespaces take turns, so that a thousand writes for one hold up no single write for another. */
  readonly #calls: Turnstile;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#calls = new Turnstile(parts.settings.connections);
    this.#seconds = parts.metrics.histogram(
      'sluice_kubernetes_request_seconds',
      'Duration of calls to the API server; of a watch, until it is open.',
      ['verb', 'resource', 'outcome'],
    );
  }

  /** The parsed JSON of a successful answer. */
  call(request: KubeRequest, signal: AbortSignal): Promise<unknown> {
    return this.#timed(request, signal, (inner) =>
      this.#calls.pass(request.place.namespace ?? '', inner, async () => {
        const response = await this.#send(request, inner);
        return parse(describeRequest(request), await response.body.text());
      }),
    );
  }

  /** Resolves when no call is under way. Rejects with the signal's reason when that aborts before. */
  whenIdle(signal: AbortSignal): Promise<void> {
    return this.#calls.whenEmpty(signal);
  }

  /** Opens a watch; `onOpen` is called when that is done. Yields the chunks of its body until it ends or `signal` aborts. */
  async *stream(request: KubeRequest, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<Buffer> {
    const what = describeRequest(request);
    const { body } = await this.#timed(request, signal, (inner) => this.#send(request, inner));
    onOpen?.();
    const destroy = () => body.destroy();
    signal.addEventListener('abort', destroy, { once: true });
    try {
      if (signal.aborted) destroy();
      for await (const chunk of body) yield chunk;
    } catch (error) {
      throw signal.aborted ? faultOfAbort(what, signal) : faultOfError(what, error);
    } finally {
      signal.removeEventListener('abort', destroy);
      body.destroy();
    }
    if (signal.aborted) throw faultOfAbort(what, signal);
  }

  async #timed<T>(request: KubeRequest, signal: AbortSignal, work: (inner: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, settings } = this.#parts;
    const what = describeRequest(request);
    const startMs = clock.monotonicMs();
    let outcome = 'ok';
    const late = () =>
      new Fault('kubernetes', 'unavailable', `${what}: no answer within ${settings.callDeadlineMs / 1000} s`, {
        code: 'TIMEOUT',
      });
    try {
      return await withDeadline({ clock, ms: settings.callDeadlineMs, late, signal }, work);
    } catch (error) {
      const fault = signal.aborted ? faultOfAbort(what, signal) : faultOfError(what, error);
      outcome = fault.code ?? fault.kind;
      throw fault;
    } finally {
      const labels = { verb: request.verb, resource: request.type.plural, outcome };
      this.#seconds.observe((clock.monotonicMs() - startMs) / 1000, labels);
    }
  }

  async #send(request: KubeRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const endpoint = await this.#parts.connection.endpoint();
    const { verb, type, place, query, body } = request;
    const dispatcher = verb === 'watch' ? endpoint.watches : endpoint.calls;
    const response = await this.#guarded(request, dispatcher).request({
      origin: endpoint.origin,
      path: `${endpoint.basePath}${pathOf(type, place)}${queryText(query)}`,
      method: methods[verb],
      headers: {
        ...endpoint.headers,
        accept: 'application/json',
        'user-agent': `sluice/${this.#parts.settings.version}`,
        ...(body !== undefined && { 'content-type': contentType(verb) }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      // undici closes the connection after a DELETE with a body, for the sake of servers that stumble over one.
      reset: false,
      signal,
    });
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    throw faultOfStatus(describeRequest(request), verb, await statusOf(response));
  }

  #guarded({ verb, query }: KubeRequest, dispatcher: Dispatcher): Dispatcher {
    const reads = methods[verb] === 'GET' || query?.dryRun === 'All';
    return reads ? dispatcher : dispatcher.compose(fenced(this.#parts.fence));
  }
}

/** A request may wait for a free connection; `onRequestStart` is called when it is about to be written to one. */
function fenced(fence: () => boolean): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        if (!fence()) throw notLeading();
        handler.onRequestStart?.(controller, context);
      },
      onResponseStart: (...answer) => handler.onResponseStart?.(...answer),
      onResponseData: (...data) => handler.onResponseData?.(...data),
      onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
      onResponseError: (...error) => handler.onResponseError?.(...error),
    });
}

function notLeading(): Fault {
  return new Fault('kubernetes', 'unavailable', 'not sent: this process does not lead', { code: 'FENCED' });
}

function contentType(verb: Verb): string {
  if (verb === 'apply') return 'application/apply-patch+yaml';
  return verb === 'patch' ? 'application/merge-patch+json' : 'application/json';
}

function queryText(query: Readonly<Record<string, string>> | undefined): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
}

function parse(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(what, 'the answer is not JSON', error);
  }
}
