/** A line of our operator's log, as far as it is read here. */
interface LogLine {
  time: string;
  message: string;
  kind?: string;
  outcome?: string;
}

/**
 * When the operator had first looked at a topic and found it in order, by its own log at level debug.
 * @returns milliseconds since the epoch; `undefined`: not yet
 */
export function firstRoundMs(lines: readonly string[]): number | undefined {
  const round = lines
    .filter((line) => line.startsWith('{'))
    .map((line): LogLine => JSON.parse(line))
    .find(({ message, kind, outcome }) => message === 'round' && kind === 'event-topic' && outcome === 'recheck');
  return round && Date.parse(round.time);
}
