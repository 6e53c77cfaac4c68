import { expect, it } from 'vitest';
import { isAtLeast, versionIn } from '../../dev/setup/versions.mjs';

it.each([
  { tool: 'Go', says: 'go1.26.8\n', version: '1.26.8' },
  { tool: 'a JDK', says: 'openjdk version "17.0.15" 2025-04-15', version: '17.0.15' },
  { tool: 'a JDK of the first release of a year', says: 'openjdk version "25" 2025-09-16', version: '25' },
  { tool: 'kubectl', says: 'Client Version: v1.32.4\nKustomize Version: v5.5.0', version: '1.32.4' },
  { tool: 'something else', says: 'no version here', version: undefined },
])('finds the version that $tool prints', ({ says, version }) => {
  expect(versionIn(says)).toBe(version);
});

it.each([
  { version: '1.26', least: '1.26', enough: true },
  { version: '1.26.8', least: '1.26', enough: true },
  { version: '1.9', least: '1.26', enough: false },
  { version: '2.0', least: '1.26', enough: true },
  { version: '17', least: '17', enough: true },
  { version: '8', least: '17', enough: false },
])('takes $version for at least $least: $enough', ({ version, least, enough }) => {
  expect(isAtLeast(version, least)).toBe(enough);
});
