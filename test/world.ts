import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { startEnvironment } from '../dev/world/environment.ts';
import type { World } from '../dev/world/world.ts';

/** The world that the files of a project share, as `inject('world')` gives it to them. */
export interface SharedWorld {
  /** Path of the administrator's kubeconfig. */
  kubeconfig: string;
  adminToken: string;
  kafka: { bootstrapServers: string; clusterId: string };
  registry: { url: string };
  /** The database; in the contract project only. */
  postgres?: { url: string };
  /** Path of the API server's audit log, JSON lines. */
  auditLog: string;
  /** Where the world's files are; logs are in its `logs`. */
  folder: string;
  /**
   * Base URL of the operator's `/healthz`, `/readyz` and `/metrics`, and where it answers reviews; absent in the contract
   * project, which has none.
   */
  operator?: { url: string; webhookUrl: string };
}

/** Where the audit log of the last integration run is kept, for the test that compares it with the roles. */
export const keptAuditLog = fileURLToPath(new URL('../.sluice/audit/integration.log', import.meta.url));

/** Certificates of the webhook live so short that they are changed while the tests run. */
const certificateMs = 45_000;

declare module 'vitest' {
  export interface ProvidedContext {
    world: SharedWorld;
  }
}

function describe({ kubeconfig, adminToken, auditLog, folder, kafka, registry, postgres }: World): SharedWorld {
  const { bootstrapServers, clusterId } = kafka;
  return {
    kubeconfig,
    adminToken,
    auditLog,
    folder,
    kafka: { bootstrapServers, clusterId },
    registry: { url: registry.url },
    ...(postgres && { postgres: { url: postgres.url } }),
  };
}

/** Starts one world for all files of a project. The files of a world in which a test failed stay. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Ports are tested against the bare parts; everything else with an operator and a node, and EventClusters of its own.
  const inhabited = project.name !== 'contract';
  const operatorOptions = { webhookPort: 9443, env: { SLUICE_WEBHOOK_CERTIFICATE_MS: `${certificateMs}` } };
  const environment = await startEnvironment({
    operator: inhabited,
    operatorOptions,
    node: inhabited,
    defaultCluster: false,
    postgres: !inhabited,
  });
  const { world } = environment;
  const { url, webhookUrl } = environment.operator ?? {};
  project.provide('world', { ...describe(world), ...(url && webhookUrl && { operator: { url, webhookUrl } }) });
  return async () => {
    const keepFiles = project.vitest.state.getCountOfFailedTests() > 0;
    await environment.operator?.stop();
    if (inhabited) keepAuditLog(world.auditLog);
    await environment.stop({ keepFiles });
    if (keepFiles) process.stderr.write(`The world's files and logs are in ${world.folder}\n`);
  };
}

function keepAuditLog(path: string): void {
  mkdirSync(dirname(keptAuditLog), { recursive: true });
  copyFileSync(path, keptAuditLog);
}
