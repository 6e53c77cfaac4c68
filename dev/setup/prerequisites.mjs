// @ts-check
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isAtLeast, versionIn } from './versions.mjs';

/**
 * A program that must be there before anything can be built.
 * @typedef {object} Prerequisite
 * @property {string} name
 * @property {string} [least] the oldest version that does
 * @property {string} howTo one line on how to get it
 * @property {readonly string[]} ask a command that prints the version
 */

const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/** @type {readonly Prerequisite[]} */
const TOOLS = [
  {
    name: 'Go',
    least: '1.26',
    howTo: 'unpack the archive from https://go.dev/dl to /usr/local and put /usr/local/go/bin on your PATH',
    ask: ['go', 'env', 'GOVERSION'],
  },
  {
    name: 'JDK',
    least: '17',
    howTo: 'apt install openjdk-17-jdk-headless, dnf install java-17-openjdk-devel, or https://adoptium.net',
    ask: [java, '-version'],
  },
  {
    name: 'Maven',
    howTo: 'apt install maven, dnf install maven, or https://maven.apache.org/download.cgi',
    ask: ['sh', '-c', 'command -v mvn'],
  },
  {
    name: 'kubectl',
    least: '1.30',
    howTo: 'https://kubernetes.io/docs/tasks/tools/install-kubectl-linux',
    ask: ['kubectl', 'version', '--client'],
  },
];

/** @param {Prerequisite} tool @returns {Promise<string | undefined>} what is wrong with it */
async function problemWith({ name, least, ask }) {
  const [command = '', ...args] = ask;
  // Outside of any module, and without fetching a newer Go: what counts is what is installed.
  const options = { cwd: '/', env: { ...process.env, GOTOOLCHAIN: 'local' } };
  const said = await promisify(execFile)(command, args, options).catch(() => undefined);
  const wanted = least ? `${name} ${least} or newer` : name;
  if (!said) return `${wanted} is missing`;
  const version = versionIn(said.stdout + said.stderr);
  if (!least || (version && isAtLeast(version, least))) return undefined;
  return `${wanted} is needed, found ${version ?? 'an unknown version'}`;
}

/**
 * Everything that is missing or too old, each with how to get it; empty when all is well.
 * @param {{ tools: boolean }} needs whether the task builds or runs parts of the local environment
 */
export async function findProblems({ tools }) {
  const problems = [];
  if (process.platform !== 'linux') {
    problems.push({
      problem: `Linux is needed, this is ${process.platform}`,
      howTo: 'use a virtual machine, or WSL 2',
    });
  }
  if (!isAtLeast(process.versions.node, '20')) {
    const problem = `Node 20 or newer is needed, found ${process.versions.node}`;
    problems.push({ problem, howTo: 'https://nodejs.org/en/download' });
  }
  if (!tools) return problems;
  // A user who brings the binaries of the control plane does not need to build them.
  const asked = TOOLS.filter(({ name }) => name !== 'Go' || !process.env.KUBEBUILDER_ASSETS);
  const found = await Promise.all(asked.map(async (tool) => ({ problem: await problemWith(tool), howTo: tool.howTo })));
  return [...problems, ...found.filter(({ problem }) => problem !== undefined)];
}
