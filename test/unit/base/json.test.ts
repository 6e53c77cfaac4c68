import { expect, test } from 'vitest';
import { parseJson } from '../../../src/base/json.ts';

test.each([
  { text: '{"a":[1]}', says: { a: [1] } },
  { text: 'null', says: null },
  { text: '{"a":', says: undefined },
  { text: '', says: undefined },
])('the text $text says $says', ({ text, says }) => {
  expect(parseJson(text)).toEqual(says);
});
