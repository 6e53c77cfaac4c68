import { it } from 'vitest';

throw new Error('this file does not load');

// biome-ignore lint/correctness/noUnreachable: that it is never reached is what the sample shows.
it('never runs', () => {});
