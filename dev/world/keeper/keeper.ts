// Keeps the environment of a checkout while nobody is at the terminal: `npm run dev:up` starts it, `dev:down` ends it.
import { tryLock } from '../../setup/lock.mjs';
import { type Environment, startEnvironment } from '../environment.ts';
import { type Call, openDoor } from './door.ts';
import { type Answer, type Description, DOOR, KEEPER, type Request, readRequest } from './keeper-client.ts';

const startedMs = performance.now();
const listeners = new Set<(line: string) => void>();

function announce(line: string): void {
  process.stdout.write(`${line}\n`);
  for (const listener of listeners) listener(line);
}

async function describe({ world, operator: running, parts }: Environment): Promise<Description> {
  const { controlPlane, kafka, registry } = world;
  const states = await Promise.all(
    parts.map(async (part) => ({ name: part.name, state: await part.look(), logFile: part.logFile })),
  );
  return {
    status: {
      kubeconfig: world.kubeconfig,
      adminToken: world.adminToken,
      kafka: { bootstrapServers: kafka.bootstrapServers },
      registry: { url: registry.url },
      operator: { pid: running?.part.pid ?? null, metrics: running ? `${running.url}/metrics` : null },
      unwell: states.filter(({ state }) => state !== 'answers').map(({ name }) => name),
    },
    network: world.address(0),
    apiServer: controlPlane.url,
    logs: world.logs,
    sinceMs: performance.now() - startedMs,
    parts: states,
  };
}

let environment: Environment | undefined;

async function bringUp(operator: boolean, tell: (answer: Answer) => void): Promise<void> {
  const listener = (line: string) => tell({ kind: 'news', line });
  listeners.add(listener);
  try {
    const ready = await starting;
    await ready.setOperator(operator);
    tell({ kind: 'ready', description: await describe(ready) });
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  } finally {
    listeners.delete(listener);
  }
}

async function answer(request: Request, tell: (answer: Answer) => void): Promise<void> {
  switch (request.ask) {
    case 'up':
      return bringUp(request.operator, tell);
    case 'status':
      return tell(environment ? { kind: 'ready', description: await describe(environment) } : { kind: 'starting' });
    case 'stop':
      return stop();
  }
}

async function serve({ line, tell: say, end }: Call): Promise<void> {
  const tell = (words: Answer) => say(JSON.stringify(words));
  const request = readRequest(line);
  if (request) await answer(request, tell);
  else tell({ kind: 'failed', message: 'the keeper is asked for up, status or stop' });
  end();
}

/** Ends a start that is under way as well: what it has started goes with this process. */
async function stop(): Promise<void> {
  await environment?.stop();
  process.exit(0);
}

// Another keeper was quicker: there is nothing to do.
if (!(await tryLock(KEEPER))) {
  announce(`another process holds the name @${KEEPER}: see /proc/net/unix`);
  process.exit(0);
}
await openDoor(DOOR, (call) => void serve(call));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
// Locks and reapers let the process end; this does not.
setInterval(() => {}, 60_000);
const starting = startEnvironment({ operator: !process.argv.includes('--no-operator'), gate: true, log: announce });
try {
  environment = await starting;
} catch (error) {
  announce(error instanceof Error ? error.message : String(error));
  // The callers that wait for us hear of it first.
  setTimeout(() => process.exit(1), 1_000);
}
