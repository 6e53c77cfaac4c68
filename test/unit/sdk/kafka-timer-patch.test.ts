import '../../../sdk/src/kafka/kafka-timer-patch.ts';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue');

function createQueue() {
  const logger = { debug() {} };
  return new RequestQueue({ maxInFlightRequests: null, requestTimeout: 1_000, clientId: 'test', broker: 'b', logger });
}

function request(sent: string[]) {
  return {
    entry: { correlationId: 1 },
    expectResponse: true,
    sendRequest: () => sent.push('request'),
  };
}

describe('the timer patch of kafkajs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('arms no timer while no request waits', () => {
    const queue = createQueue();
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('still sends a request that was held back, once the broker allows it', () => {
    const queue = createQueue();
    const sent: string[] = [];
    queue.maybeThrottle(50);
    queue.push(request(sent));
    vi.advanceTimersByTime(49);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual(['request']);
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });
});
