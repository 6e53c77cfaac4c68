import { describe, expect, it } from 'vitest';
import { ruleFor } from '../../../src/controllers/access.ts';
import type { AccessRule } from '../../../src/crds/access-rule.ts';
import { accessRule } from './samples.ts';

type Selector = NonNullable<AccessRule['namespaceSelector']>;
type Requirement = NonNullable<Selector['matchExpressions']>[number];

const everybody = accessRule({ namespaces: ['*'] });
const named = accessRule({ namespaces: ['shop-*'] });
const gold = accessRule({ namespaceSelector: { matchLabels: { tier: 'gold' } } });
const goldShop = accessRule({ namespaces: ['shop-*'], namespaceSelector: { matchLabels: { tier: 'gold' } } });

describe('the rule for a namespace', () => {
  it.each([
    { it: 'is the first that matches its name', name: 'shop-a', labels: {}, access: [named, everybody], rule: named },
    {
      it: 'is a later one where the first does not match',
      name: 'x',
      labels: {},
      access: [named, everybody],
      rule: everybody,
    },
    { it: 'is none where no rule matches', name: 'x', labels: {}, access: [named], rule: undefined },
    { it: 'is found by labels', name: 'x', labels: { tier: 'gold' }, access: [gold, everybody], rule: gold },
    {
      it: 'asks for the label’s value',
      name: 'x',
      labels: { tier: 'tin' },
      access: [gold, everybody],
      rule: everybody,
    },
    {
      it: 'asks for name and labels where it has both',
      name: 'shop-a',
      labels: {},
      access: [goldShop],
      rule: undefined,
    },
    { it: 'is found by name and labels', name: 'shop-a', labels: { tier: 'gold' }, access: [goldShop], rule: goldShop },
    {
      it: 'is not known before the labels are',
      name: 'x',
      labels: undefined,
      access: [gold, everybody],
      rule: 'unseen',
    },
    {
      it: 'needs no labels where the name decides',
      name: 'x',
      labels: undefined,
      access: [goldShop, everybody],
      rule: everybody,
    },
    { it: 'is never one that names nobody', name: 'x', labels: {}, access: [accessRule()], rule: undefined },
  ])('$it', ({ name, labels, access, rule }) => {
    expect(ruleFor({ name, labels }, access)).toEqual(rule);
  });

  it.each<Requirement & { labels: Record<string, string>; matches: boolean }>([
    { key: 'tier', operator: 'In', values: ['gold', 'tin'], labels: { tier: 'tin' }, matches: true },
    { key: 'tier', operator: 'In', values: ['gold'], labels: { tier: 'tin' }, matches: false },
    { key: 'tier', operator: 'In', values: ['gold'], labels: {}, matches: false },
    { key: 'tier', operator: 'NotIn', values: ['gold'], labels: { tier: 'tin' }, matches: true },
    { key: 'tier', operator: 'NotIn', values: ['gold'], labels: {}, matches: true },
    { key: 'tier', operator: 'NotIn', values: ['gold'], labels: { tier: 'gold' }, matches: false },
    { key: 'tier', operator: 'Exists', labels: { tier: '' }, matches: true },
    { key: 'tier', operator: 'Exists', labels: {}, matches: false },
    { key: 'tier', operator: 'DoesNotExist', labels: {}, matches: true },
    { key: 'tier', operator: 'DoesNotExist', labels: { tier: 'gold' }, matches: false },
    { key: 'constructor', operator: 'Exists', labels: {}, matches: false },
  ])('with $key $operator $values matches $labels: $matches', ({ labels, matches, ...requirement }) => {
    const rule = accessRule({ namespaceSelector: { matchExpressions: [requirement] } });
    expect(ruleFor({ name: 'x', labels }, [rule])).toEqual(matches ? rule : undefined);
  });

  it('asks for all that its selector has', () => {
    const matchExpressions: Requirement[] = [{ key: 'team', operator: 'Exists' }];
    const rule = accessRule({ namespaceSelector: { matchLabels: { tier: 'gold' }, matchExpressions } });
    expect(ruleFor({ name: 'x', labels: { tier: 'gold' } }, [rule])).toBeUndefined();
    expect(ruleFor({ name: 'x', labels: { tier: 'gold', team: 'a' } }, [rule])).toEqual(rule);
  });
});
