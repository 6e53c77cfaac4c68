// @ts-check
import { createInterface } from 'node:readline';

/**
 * Calls `take` for each line that comes. The stream's errors are its owner's business: a reader of lines repeats them,
 * and unheard they would end the process.
 * @param {import('node:stream').Readable} stream
 * @param {(line: string) => void} take
 */
export function eachLine(stream, take) {
  createInterface({ input: stream })
    .on('error', () => {})
    .on('line', take);
}
