import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log, LogFields } from '../../src/ports/log.ts';
import { type LocalNode, startLocalNode } from '../local-node/local-node.ts';
import type { World } from './world.ts';

const IMAGES = fileURLToPath(new URL('../images.json', import.meta.url));

function createFileLog(write: (line: string) => void, common: LogFields = {}): Log {
  const at = (level: string) => (message: string, fields?: LogFields) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...common, ...fields })}\n`);
  return {
    debug: () => {},
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => createFileLog(write, { ...common, ...fields }),
  };
}

/** Starts the node of a world: its pods are processes, which end with the world at the latest. */
export function startNode(world: World): Promise<LocalNode> {
  const log = createWriteStream(join(world.logs, 'local-node.log'), { flags: 'a' });
  return startLocalNode({
    kubeconfig: world.kubeconfig,
    nodeName: 'local-node',
    podNetwork: world.address(0).replace(/\.0$/, ''),
    folder: world.folder,
    imagesFile: IMAGES,
    spawnChild: world.nursery.spawn,
    log: createFileLog((line) => log.write(line)),
  });
}
