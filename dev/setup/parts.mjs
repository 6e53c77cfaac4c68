// @ts-check
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensurePart } from './cache.mjs';
import { during } from './progress.mjs';
import { runTool } from './tools.mjs';

const KUBERNETES = 'v1.36.3';
// From 3.0 on its `copy` reads the pom of what it copies, and that of the registry names a parent that is not published.
const MAVEN_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:2.10';
const REGISTRY = 'io.apicurio:apicurio-registry-app:3.0.9:tar.gz:all';
const COMPONENTS = ['etcd', 'kube-apiserver', 'kube-controller-manager'];

/** @param {string} path relative to dev/ */
const inDev = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/**
 * Folders of what a world consists of.
 * @typedef {object} Parts
 * @property {string} controlPlane holds etcd, kube-apiserver and kube-controller-manager
 * @property {string} kafka holds the broker's jars
 * @property {string} registry holds the registry's runner jar
 */

/** The control plane is versioned by the linker; symbols and debug data are left out. */
function goFlags() {
  const [major, minor] = KUBERNETES.slice(1).split('.');
  const versions = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((module) => [
    `-X ${module}.gitVersion=${KUBERNETES}`,
    `-X ${module}.gitMajor=${major}`,
    `-X ${module}.gitMinor=${minor}`,
  ]);
  // Without DWARF the compiler does a fifth less work.
  return ['-trimpath', '-gcflags=all=-dwarf=false', `-ldflags=-s -w ${versions.join(' ')}`];
}

/** @returns {Promise<import('./cache.mjs').Recipe>} */
async function controlPlane() {
  const flags = goFlags();
  const { stdout } = await promisify(execFile)('go', ['env', 'GOVERSION'], { cwd: inDev('kube') });
  return {
    name: 'control-plane',
    inputs: ['main.go', 'go.mod', 'go.sum'].map((file) => inDev(`kube/${file}`)),
    tools: [stdout.trim(), ...flags],
    build: async (folder, { step, signal, scratch }) => {
      // The compiler's own cache takes 3 GB and is of no use once the binary is there.
      const env = { ...process.env, CGO_ENABLED: '0', GOCACHE: process.env.GOCACHE ?? scratch };
      const binary = join(folder, 'control-plane');
      await runTool('go', ['build', '-v', ...flags, '-o', binary, '.'], { cwd: inDev('kube'), env, step, signal });
      for (const component of COMPONENTS) await symlink('control-plane', join(folder, component));
    },
  };
}

/** @returns {import('./cache.mjs').Recipe} */
function kafka() {
  const args = ['-q', '-B', '-C', '-f', inDev('kafka/pom.xml'), `${MAVEN_PLUGIN}:copy-dependencies`];
  return {
    name: 'kafka',
    inputs: [inDev('kafka/pom.xml')],
    tools: [MAVEN_PLUGIN],
    build: (folder, { step, signal }) =>
      runTool('mvn', [...args, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`], { step, signal }),
  };
}

/** @returns {import('./cache.mjs').Recipe} */
function registry() {
  return {
    name: 'registry',
    inputs: [],
    tools: [MAVEN_PLUGIN, REGISTRY],
    build: async (folder, { step, signal }) => {
      const args = ['-q', '-B', '-C', `${MAVEN_PLUGIN}:copy`, `-Dartifact=${REGISTRY}`, `-DoutputDirectory=${folder}`];
      await runTool('mvn', args, { cwd: tmpdir(), step, signal });
      const [archive] = (await readdir(folder)).filter((file) => file.endsWith('.tar.gz'));
      if (!archive) throw new Error(`maven copied no archive for ${REGISTRY}`);
      await runTool('tar', ['-xzf', join(folder, archive), '-C', folder], { step, signal });
      await rm(join(folder, archive));
    },
  };
}

/** Binaries that the user brings, as controller-runtime's tests take them. */
function assetsFolder() {
  const folder = process.env.KUBEBUILDER_ASSETS;
  if (!folder) return undefined;
  const missing = COMPONENTS.filter((component) => !existsSync(join(folder, component)));
  if (missing.length === 0) return folder;
  throw new Error(
    `KUBEBUILDER_ASSETS is ${folder}, which lacks ${missing.join(', ')}: add them, or unset the variable`,
  );
}

/**
 * Finds the three parts, building what the cache does not have, side by side.
 * @returns {Promise<Parts>}
 */
export async function ensureParts() {
  const quietly = { quietBelowMs: 1_000 };
  const [plane, jars, runner] = await Promise.all([
    assetsFolder() ??
      during('Kubernetes control plane', async (step) => ensurePart(await controlPlane(), step), quietly),
    during('Kafka', (step) => ensurePart(kafka(), step), quietly),
    during('schema registry', (step) => ensurePart(registry(), step), quietly),
  ]);
  return { controlPlane: plane, kafka: jars, registry: runner };
}
