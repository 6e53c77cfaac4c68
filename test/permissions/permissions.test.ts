import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { webhookRules } from '../../src/adapters/kube/webhook/names.ts';
import { operatorRules } from '../../src/stores.ts';
import { keptAuditLog } from '../world.ts';

/** One line of the API server's audit log, as far as we read it. */
interface AuditEvent {
  stage: string;
  verb: string;
  user: { username: string };
  userAgent?: string;
  requestURI: string;
  objectRef?: { apiGroup?: string; resource?: string; subresource?: string };
  responseStatus?: { code?: number };
}

const operator = 'system:serviceaccount:sluice-system:sluice-operator';

function readAuditLog(): readonly AuditEvent[] {
  let text: string;
  try {
    text = readFileSync(keptAuditLog, 'utf8');
  } catch (cause) {
    throw new Error('there is no audit log: run the integration tests first, whole (npm test -- integration)', {
      cause,
    });
  }
  const lines = text.split('\n').filter((line) => line !== '');
  // The log is written while it is copied, so its last line may be half a line.
  return lines.flatMap((line, index) => (index === lines.length - 1 && !line.endsWith('}') ? [] : [JSON.parse(line)]));
}

const calls = readAuditLog().filter(({ user }) => user.username === operator);

it('the operator was refused nothing in the whole integration suite', () => {
  const refused = calls.filter(({ responseStatus }) => responseStatus?.code === 403);
  expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
  expect(calls.length).toBeGreaterThan(100);
});

it('every verb that the roles grant was used', () => {
  const used = new Set(
    calls.map(({ verb, objectRef: { apiGroup = '', resource, subresource } = {} }) => {
      return `${verb} ${apiGroup}/${resource}${subresource ? `/${subresource}` : ''}`;
    }),
  );
  const granted = [...operatorRules, ...webhookRules].flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))),
  );
  expect([...new Set(granted)].filter((verb) => !used.has(verb)).sort()).toEqual([]);
});
