import type { Dispatcher } from 'undici';

/** The reason with which a request is dropped that the fence holds back. */
export class HeldBack extends Error {
  override readonly name = 'HeldBack';
  readonly code = 'FENCED';
}

/**
 * Asks `fence` once the request has its socket, right before the first byte is written: a request may have waited for
 * a connection, and the lease may have run out meanwhile.
 */
export function fenceRequests(fence: () => boolean): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => dispatch(options, fenced(handler, fence));
}

function fenced(inner: Dispatcher.DispatchHandler, fence: () => boolean): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      if (fence()) inner.onRequestStart?.(controller, context);
      else controller.abort(new HeldBack());
    },
    onRequestUpgrade: (...args) => inner.onRequestUpgrade?.(...args),
    onResponseStart: (...args) => inner.onResponseStart?.(...args),
    onResponseData: (...args) => inner.onResponseData?.(...args),
    onResponseEnd: (...args) => inner.onResponseEnd?.(...args),
    onResponseError: (...args) => inner.onResponseError?.(...args),
  };
}
