import { readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import { KubeConfig, loadYaml } from '@kubernetes/client-node';

/**
 * Where the API server is and who we are. `paths` is the value of KUBECONFIG, one file or several; without it
 * `~/.kube/config` counts, then the pod's ServiceAccount. Throws when a file cannot be read or is no kubeconfig.
 */
export function loadKubeConfig(paths = ''): KubeConfig {
  const [first, ...others] = paths.split(delimiter).filter((path) => path !== '');
  const config = first === undefined ? defaultConfig() : readKubeConfig(first);
  for (const path of others) config.mergeConfig(readKubeConfig(path), true);
  return config;
}

function defaultConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}

function readKubeConfig(path: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(path);
  const tokenFiles = tokenFilesOf(loadYaml(readFileSync(path, 'utf8')));
  config.users = config.users.map((user) => {
    const file = tokenFiles.get(user.name);
    if (file === undefined) return user;
    const tokenFile = resolve(dirname(path), file);
    return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile } } };
  });
  return config;
}

/** The library knows the pod's token file, but not `users[].user.tokenFile` of a kubeconfig. */
function tokenFilesOf(content: unknown): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of listOf(fieldOf(content, 'users'))) {
    const name = fieldOf(entry, 'name');
    const file = fieldOf(fieldOf(entry, 'user'), 'tokenFile');
    if (typeof name === 'string' && typeof file === 'string') files.set(name, file);
  }
  return files;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
