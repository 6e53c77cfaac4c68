import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

/** Runs the operator with nothing in its environment but `env` until it ends by itself. */
function runOperator(env: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main], { env: { ...env }, timeout: 300_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal ?? null) : 0, stdout, stderr }),
    );
  });
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const rows: readonly { it: string; env: Record<string, string>; says: RegExp }[] = [
  {
    it: 'a number that is none',
    env: { SLUICE_RECHECK_MS: 'often' },
    says: /^SLUICE_RECHECK_MS="often": .*number/,
  },
  {
    it: 'a time that is too short',
    env: { SLUICE_PROBE_MS: '0' },
    says: /^SLUICE_PROBE_MS="0": .*10/,
  },
  {
    it: 'a level that does not exist',
    env: { SLUICE_LOG_LEVEL: 'loud' },
    says: /^SLUICE_LOG_LEVEL="loud": .*"debug".*"info"/,
  },
  {
    it: 'an address without a port',
    env: { SLUICE_METRICS_ADDRESS: '127.0.0.1' },
    says: /^SLUICE_METRICS_ADDRESS="127\.0\.0\.1": must be host:port/,
  },
  {
    it: 'lease times in the wrong order',
    env: { SLUICE_LEASE_DURATION_MS: '5000' },
    says: /^SLUICE_LEASE_RETRY_MS .*SLUICE_LEASE_RENEW_DEADLINE_MS.*SLUICE_LEASE_DURATION_MS/,
  },
  {
    it: 'a kubeconfig that is not there',
    env: { KUBECONFIG: join(folder, 'missing') },
    says: /^KUBECONFIG=".*missing": /,
  },
  {
    it: 'a kubeconfig that is none',
    env: { KUBECONFIG: file('nonsense', '{ "clusters": [') },
    says: /^KUBECONFIG=".*nonsense": /,
  },
  {
    it: 'a port that does not exist',
    env: { SLUICE_METRICS_ADDRESS: '127.0.0.1:99999' },
    says: /^SLUICE_METRICS_ADDRESS="127\.0\.0\.1:99999": /,
  },
  {
    it: 'an address that is not ours',
    env: { SLUICE_METRICS_ADDRESS: '192.0.2.1:8080', KUBECONFIG: file('good', kubeconfig()) },
    says: /^SLUICE_METRICS_ADDRESS="192\.0\.2\.1:8080": .*EADDRNOTAVAIL/,
  },
];

it.each(rows)('ends with one line and exit code 2 for $it', async ({ env, says }) => {
  const { code, stdout, stderr } = await runOperator(env);
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toMatch(says);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

it('names each variable that is wrong, one a line', async () => {
  const { code, stderr } = await runOperator({ SLUICE_WORKERS: 'all', SLUICE_SHUTDOWN_MS: '-1' });
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^SLUICE_WORKERS="all": /),
    expect.stringMatching(/^SLUICE_SHUTDOWN_MS="-1": /),
  ]);
  expect(code).toBe(2);
});

function kubeconfig(): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'none',
    clusters: [{ name: 'none', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'none', context: { cluster: 'none', user: 'nobody' } }],
  });
}
