import { parentPort } from 'node:worker_threads';

/** In the thread: answers each task, one after the other. */
export function serveWork<Task, Result>(work: (task: Task) => Result): void {
  parentPort?.on('message', (task: Task) => parentPort?.postMessage(work(task)));
}
