import { expect, test } from 'vitest';
import { clip, textOfError } from '../../../src/base/text.ts';

test.each([
  { it: 'an error', thrown: new RangeError('too much'), message: 'too much' },
  { it: 'anything else', thrown: 404, message: '404' },
])('the message of $it', ({ thrown, message }) => {
  expect(textOfError(thrown)).toBe(message);
});

test.each([
  { it: 'keeps a text that fits', text: 'abc', clipped: 'abc' },
  { it: 'marks what it cut', text: 'abcd', clipped: 'abc…' },
  { it: 'leaves no half of a character', text: 'ab😀', clipped: 'ab\uFFFD…' },
])('clip $it', ({ text, clipped }) => {
  expect(clip(text, 3)).toBe(clipped);
});
