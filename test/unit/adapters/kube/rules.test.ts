import { describe, expect, it } from 'vitest';
import { storeRules } from '../../../../src/adapters/kube/rules.ts';

describe('the rules of a store', () => {
  const rule = { apiGroups: ['sluice.dev'], scope: 'cluster' };
  it.each([
    {
      it: 'that is only watched grant no writing',
      use: {},
      rules: [{ ...rule, resources: ['topics'], verbs: ['list', 'watch'] }],
    },
    {
      it: 'whose status is written grant that alone',
      use: { status: true },
      rules: [
        { ...rule, resources: ['topics'], verbs: ['list', 'watch'] },
        { ...rule, resources: ['topics/status'], verbs: ['patch'] },
      ],
    },
    {
      it: 'that is read live and patched grant both',
      use: { read: true, patch: true },
      rules: [{ ...rule, resources: ['topics'], verbs: ['get', 'list', 'watch', 'patch'] }],
    },
    {
      it: 'that stays in the operator’s namespace grant nothing elsewhere',
      use: { scope: 'operator-namespace' as const },
      rules: [{ ...rule, scope: 'operator-namespace', resources: ['topics'], verbs: ['list', 'watch'] }],
    },
  ])('$it', ({ use, rules }) => {
    expect(storeRules({ group: 'sluice.dev', plural: 'topics', ...use })).toEqual(rules);
  });
});
