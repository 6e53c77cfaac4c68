import { parseArgs } from 'node:util';
import { createLog } from '../../src/adapters/log.ts';
import { openNursery } from '../setup/processes.mjs';
import { startLocalNode } from './local-node.ts';

export { type LocalNode, type LocalNodeOptions, startLocalNode } from './local-node.ts';

const USAGE =
  'usage: node dev/local-node/main.ts --kubeconfig FILE --n NUMBER --folder FOLDER [--name NAME] [--images FILE]\n';

/** Runs one node until a signal comes. The pods' processes end with this one, however it ends. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kubeconfig: { type: 'string' },
      n: { type: 'string' },
      folder: { type: 'string' },
      name: { type: 'string', default: 'local-node' },
      images: { type: 'string', default: 'dev/images.json' },
    },
  });
  const { kubeconfig, n, folder, name: nodeName, images: imagesFile } = values;
  if (kubeconfig === undefined || n === undefined || folder === undefined) {
    process.stderr.write(USAGE);
    process.exit(2);
  }
  const nursery = await openNursery();
  const where = { kubeconfig, nodeName, podNetwork: `127.100.${n}`, folder, imagesFile };
  const node = await startLocalNode({ ...where, spawnChild: nursery.spawn, log: createLog('info') });
  await untilAsked();
  await node.stop();
  await nursery.close();
}

function untilAsked(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // While the API server is away nothing else keeps this process alive.
  const alive = setInterval(() => {}, 60_000);
  const stop = () => {
    clearInterval(alive);
    resolve();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  return promise;
}

if (import.meta.main) await main();
