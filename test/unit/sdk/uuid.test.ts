import { describe, expect, it } from 'vitest';
import { uuidV5 } from '../../../sdk/src/envelope/uuid.ts';

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
const URL_SPACE = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

describe('uuidV5', () => {
  it.each([
    {
      it: 'the example of RFC 9562, A.4',
      namespace: DNS,
      name: 'www.example.com',
      id: '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    },
    {
      it: 'another name in that namespace',
      namespace: DNS,
      name: 'python.org',
      id: '886313e1-3b8a-5372-9b90-0c9aee199e5d',
    },
    {
      it: 'another namespace',
      namespace: URL_SPACE,
      name: 'http://python.org/',
      id: '4c565f0d-3f5a-5890-b41b-20cf47701c5e',
    },
  ])('gives $it its id', ({ namespace, name, id }) => {
    expect(uuidV5(namespace, name)).toBe(id);
  });

  it('refuses a namespace that is not a UUID', () => {
    expect(() => uuidV5('order-1', 'order.shipped')).toThrow('not a UUID: "order-1"');
  });
});
