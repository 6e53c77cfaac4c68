import { threadId } from 'node:worker_threads';
import { serveWork } from '../../../../src/adapters/work/serve.ts';

serveWork((task: string) => {
  if (task === 'fail') throw new Error('as told');
  if (task === 'which thread') return `thread ${threadId}`;
  const kept: number[][] = [];
  while (task === 'fill the memory') kept.push(Array.from({ length: 100_000 }, (_, index) => index));
  while (task === 'spin') if (kept.length > 0) break;
  return task;
});
