import { describe, expect, it } from 'vitest';
import { expand, resolveEnvironment } from '../../../../dev/local-node/containers/environment.ts';
import type { Container } from '../../../../dev/local-node/pod.ts';
import { container, placement, pod } from '../pods.ts';
import { sourcesOf } from '../sources.ts';

describe('expand', () => {
  const env = new Map([
    ['NAME', 'orders'],
    ['EMPTY', ''],
  ]);
  const rows = [
    { it: 'puts a value in', text: 'topic=$(NAME)', gives: 'topic=orders' },
    { it: 'puts several values in', text: '$(NAME)/$(NAME)', gives: 'orders/orders' },
    { it: 'takes an empty value for a value', text: '[$(EMPTY)]', gives: '[]' },
    { it: 'leaves an unknown name as it is written', text: '$(OTHER)', gives: '$(OTHER)' },
    { it: 'reads two dollars as one that begins no reference', text: '$$(NAME)', gives: '$(NAME)' },
    { it: 'leaves other dollars alone', text: '$NAME $( $', gives: '$NAME $( $' },
    { it: 'does not expand what it put in', text: '$(NESTED)', gives: '$(NAME)' },
  ];
  it.each(rows)('$it', ({ text, gives }) => {
    expect(expand(text, new Map([...env, ['NESTED', '$(NAME)']]))).toBe(gives);
  });
});

const sources = sourcesOf({
  'ConfigMap/settings': { LEVEL: 'debug', TOPIC: 'orders' },
  'Secret/login': { password: 's3cret' },
});

const sample = pod(
  { serviceAccountName: 'shopkeeper' },
  { metadata: { labels: { app: 'web', tier: 'front' }, annotations: { note: 'a "note"' } } },
);

function resolve(fields: Partial<Container>): Record<string, string> {
  return Object.fromEntries(resolveEnvironment(container(fields), sample, placement, sources));
}

describe('resolveEnvironment', () => {
  const field = (fieldPath: string) => ({ env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath } } }] });
  const rows: readonly { it: string; asks: Partial<Container>; gives: Record<string, string> }[] = [
    { it: 'is empty when nothing is asked for', asks: {}, gives: {} },
    { it: 'takes plain values', asks: { env: [{ name: 'A', value: '1' }, { name: 'B' }] }, gives: { A: '1', B: '' } },
    {
      it: 'lets a value use those before it, not those after it',
      asks: {
        env: [
          { name: 'A', value: '$(B)' },
          { name: 'B', value: '2' },
          { name: 'C', value: '$(B)' },
        ],
      },
      gives: { A: '$(B)', B: '2', C: '2' },
    },
    {
      it: 'takes keys of ConfigMaps and Secrets',
      asks: {
        env: [
          { name: 'L', valueFrom: { configMapKeyRef: { name: 'settings', key: 'LEVEL' } } },
          { name: 'P', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
        ],
      },
      gives: { L: 'debug', P: 's3cret' },
    },
    {
      it: 'takes whole ConfigMaps and Secrets, with a prefix',
      asks: { envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'DB_', secretRef: { name: 'login' } }] },
      gives: { LEVEL: 'debug', TOPIC: 'orders', DB_password: 's3cret' },
    },
    {
      it: 'prefers a variable to one from a whole ConfigMap',
      asks: { envFrom: [{ configMapRef: { name: 'settings' } }], env: [{ name: 'LEVEL', value: 'was $(LEVEL)' }] },
      gives: { LEVEL: 'was debug', TOPIC: 'orders' },
    },
    {
      it: 'leaves out what is optional and not there',
      asks: {
        envFrom: [{ configMapRef: { name: 'none', optional: true } }],
        env: [{ name: 'L', valueFrom: { configMapKeyRef: { name: 'settings', key: 'NONE', optional: true } } }],
      },
      gives: {},
    },
    { it: 'gives the name', asks: field('metadata.name'), gives: { X: 'web-1' } },
    { it: 'gives the namespace', asks: field('metadata.namespace'), gives: { X: 'shop' } },
    { it: 'gives the uid', asks: field('metadata.uid'), gives: { X: 'uid-1' } },
    { it: 'gives a label', asks: field("metadata.labels['app']"), gives: { X: 'web' } },
    { it: 'gives nothing for a label that is not there', asks: field("metadata.labels['none']"), gives: { X: '' } },
    { it: 'gives an annotation', asks: field("metadata.annotations['note']"), gives: { X: 'a "note"' } },
    { it: 'gives all labels', asks: field('metadata.labels'), gives: { X: 'app="web"\ntier="front"' } },
    { it: 'gives all annotations', asks: field('metadata.annotations'), gives: { X: 'note="a \\"note\\""' } },
    { it: 'gives the address of the pod', asks: field('status.podIP'), gives: { X: '127.100.9.10' } },
    { it: 'gives the address of the host', asks: field('status.hostIP'), gives: { X: '127.100.9.1' } },
    { it: 'gives the node', asks: field('spec.nodeName'), gives: { X: 'node-9' } },
    { it: 'gives the service account', asks: field('spec.serviceAccountName'), gives: { X: 'shopkeeper' } },
  ];
  it.each(rows)('$it', ({ asks, gives }) => {
    expect(resolve(asks)).toEqual(gives);
  });

  const missing = [
    {
      it: 'names a ConfigMap that is not there',
      asks: { envFrom: [{ configMapRef: { name: 'none' } }] },
      says: 'ConfigMap "none" is not there',
    },
    {
      it: 'names a Secret that is not there',
      asks: { env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'none', key: 'p' } } }] },
      says: 'Secret "none" is not there',
    },
    {
      it: 'names a key that is not there',
      asks: { env: [{ name: 'L', valueFrom: { configMapKeyRef: { name: 'settings', key: 'NONE' } } }] },
      says: 'ConfigMap "settings" has no key "NONE"',
    },
    {
      it: 'names a field that it does not know',
      asks: field('status.phase'),
      says: 'env "X" names the unknown field "status.phase"',
    },
  ];
  it.each(missing)('$it', ({ asks, says }) => {
    expect(() => resolve(asks)).toThrow(says);
  });
});
