import { describe, expect, it } from 'vitest';
import { readStepSettings, readTopics } from '../../../examples/marketplace/shared/settings.ts';

const step = { INPUT_TOPIC: 'in', OUTPUT_TOPIC: 'out', GROUP_ID: 'group' };

describe('settings', () => {
  it('simulate 20 records per second unless told otherwise', () => {
    expect(readStepSettings(step).serviceRate).toBe(20);
    expect(readStepSettings({ ...step, SERVICE_RATE: '0' }).serviceRate).toBe(0);
  });

  it.each([
    { it: 'an empty group', read: () => readStepSettings({ ...step, GROUP_ID: '' }), says: 'GROUP_ID is missing' },
    {
      it: 'a missing topic',
      read: () => readTopics({ TOPIC_ORDER_CREATED: 'x' }),
      says: 'TOPIC_PAYMENT_REQUESTED is missing',
    },
    {
      it: 'a rate that is no number',
      read: () => readStepSettings({ ...step, SERVICE_RATE: 'fast' }),
      says: 'SERVICE_RATE is "fast"',
    },
    {
      it: 'a negative rate',
      read: () => readStepSettings({ ...step, SERVICE_RATE: '-1' }),
      says: 'SERVICE_RATE is "-1"',
    },
  ])('name the variable for $it', ({ read, says }) => {
    expect(read).toThrow(says);
  });
});
