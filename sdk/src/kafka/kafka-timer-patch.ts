import { createRequire } from 'node:module';

/** The part of kafkajs's request queue, one per connection, that the patch touches. */
interface RequestQueue {
  pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/**
 * kafkajs 2.2.4 looks for throttled requests with a timer that it re-arms after each look, even when none is waiting. The delay
 * is then negative, which Node takes as 1 ms: a busy loop per connection, 3 % of a core for an idle client. Importing this module
 * makes the queue arm the timer only while a request waits.
 */
const queue: { prototype: RequestQueue } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue');
const schedule = queue.prototype.scheduleCheckPendingRequests;

queue.prototype.scheduleCheckPendingRequests = function scheduleWhilePending(this: RequestQueue) {
  if (this.pending.length > 0) schedule.call(this);
};
