import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Recipe } from '../setup/cache.mjs';
import { runTool } from '../setup/tools.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const HELM = 'helm.sh/helm/v4/cmd/helm';
const FLAGS = ['-trimpath', '-gcflags=all=-dwarf=false', '-ldflags=-s -w'];
const PROMETHEUS = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';
const PROMETHEUS_SUM = 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=';
const MONITORS = ['podmonitors', 'servicemonitors'].map((plural) => `monitoring.coreos.com_${plural}.yaml`);

/** Helm, in the version that `go.mod` pins; the program is `helm`. */
export function helmRecipe(): Recipe {
  return {
    name: 'helm',
    inputs: ['go.mod', 'go.sum'].map((file) => join(here, file)),
    tools: [HELM, ...FLAGS],
    build: async (folder, { step, signal, scratch }) => {
      const env = { ...process.env, CGO_ENABLED: '0', GOCACHE: process.env.GOCACHE ?? scratch };
      await runTool('go', ['build', ...FLAGS, '-o', join(folder, 'helm'), HELM], { cwd: here, env, step, signal });
    },
  };
}

/** The CRDs of PodMonitor and ServiceMonitor, as the Prometheus operator's module carries them. */
export function monitorsRecipe(): Recipe {
  return {
    name: 'monitor-crds',
    inputs: [],
    tools: [PROMETHEUS, PROMETHEUS_SUM, ...MONITORS],
    build: async (folder, { signal }) => {
      const args = ['mod', 'download', '-json', PROMETHEUS];
      const { stdout } = await promisify(execFile)('go', args, { cwd: folder, signal });
      const { Dir, Sum }: { Dir: string; Sum: string } = JSON.parse(stdout);
      if (Sum !== PROMETHEUS_SUM) throw new Error(`${PROMETHEUS} has the sum ${Sum} and not ${PROMETHEUS_SUM}`);
      const crds = join(Dir, 'example', 'prometheus-operator-crd');
      for (const file of MONITORS) copyFileSync(join(crds, file), join(folder, file));
    },
  };
}
