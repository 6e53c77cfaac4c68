import { type Json, memberOf } from '../../json.ts';
import type { Draft } from './reading.ts';

const drafts: readonly (readonly [string, Draft])[] = [
  ['draft-04', 4],
  ['draft-06', 6],
  ['draft-07', 7],
  ['draft/2019-09', 2019],
  ['draft/2020-12', 2020],
];

/** Of no draft: what stands in `$schema` is the name of something else. */
export interface UnknownDialect {
  kind: 'unknown';
  name: string;
}

/** By `$schema`; without one by what only some drafts have, and otherwise draft 7, as most validators take it. */
export function draftOf(root: Json): Draft | UnknownDialect {
  const named = root.kind === 'object' ? memberOf(root, '$schema') : undefined;
  if (named?.kind !== 'string') return guessed(root);
  const [, path = ''] = /^https?:\/\/json-schema\.org\/(.*?)schema#?$/.exec(named.value) ?? [];
  const draft = path === '' ? undefined : drafts.find(([name]) => path === `${name}/`)?.[1];
  // The newest one, whatever that was when it was written.
  if (/^https?:\/\/json-schema\.org\/schema#?$/.test(named.value)) return guessed(root);
  return draft ?? { kind: 'unknown', name: named.value };
}

const only2020 = new Set(['prefixItems', '$dynamicRef', '$dynamicAnchor']);
const since2019 = new Set([
  ...['dependentRequired', 'dependentSchemas', 'unevaluatedProperties', 'unevaluatedItems'],
  ...['minContains', 'maxContains', '$anchor', '$recursiveRef'],
]);

function guessed(root: Json): Draft {
  let draft: Draft = 7;
  const due = [root];
  for (let value = due.pop(); value !== undefined; value = due.pop()) {
    if (value.kind === 'array') due.push(...value.items.slice(0, 10_000));
    if (value.kind !== 'object') continue;
    for (const member of value.members) {
      if (only2020.has(member.key)) return 2020;
      if (since2019.has(member.key)) draft = 2019;
      if (/^exclusiveM(in|ax)imum$/.test(member.key) && member.value.kind === 'boolean') return 4;
      due.push(member.value);
    }
  }
  return draft;
}
