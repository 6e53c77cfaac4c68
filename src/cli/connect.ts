import { createKafkaConnections } from '../adapters/kafka/index.ts';
import { KubeClient } from '../adapters/kube/client/client.ts';
import { KubeConnection, loadKubeConfig } from '../adapters/kube/connection/connection.ts';
import { defaultKubeSettings } from '../adapters/kube/settings.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { textOfError } from '../base/text.ts';
import type { KafkaConnections } from '../ports/kafka.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Given } from './command.ts';
import { type Shell, UserError } from './shell.ts';

/** Nobody collects the figures of a program that ends. */
const metrics: Metrics = {
  counter: () => ({ add: () => undefined }),
  gauge: () => ({ set: () => undefined, remove: () => undefined }),
  histogram: () => ({ observe: () => undefined }),
};

/** The command line looks and never changes anything, whatever it calls by mistake. */
const fence = () => false;

export interface KubeAccess {
  client: KubeClient;
  /** The namespace that the user means. */
  namespace: string;
  /** Where the operator is, and with it Secrets whose reference names no namespace. */
  operatorNamespace: string;
  close(): Promise<void>;
}

export function connectKube(given: Given, { env }: Shell): KubeAccess {
  const config = readKubeConfig(given.text('kubeconfig') ?? env.KUBECONFIG);
  const context = given.text('context');
  if (context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context)) {
      throw new UserError(`the kubeconfig has no context "${context}"`, `It has ${names.join(', ') || 'none'}.`);
    }
    config.setCurrentContext(context);
  }
  const connection = new KubeConnection(config, clock, defaultKubeSettings);
  const ofContext = config.getContextObject(config.getCurrentContext())?.namespace;
  return {
    client: new KubeClient({ connection, clock, metrics, settings: defaultKubeSettings, fence }),
    namespace: given.text('namespace') ?? ofContext ?? 'default',
    operatorNamespace: given.text('operator-namespace') ?? 'sluice-system',
    close: () => connection.close(),
  };
}

function readKubeConfig(paths: string | undefined): ReturnType<typeof loadKubeConfig> {
  try {
    return loadKubeConfig(paths);
  } catch (cause) {
    const [firstLine] = textOfError(cause).split('\n');
    throw new UserError(`cannot read the kubeconfig ${paths ?? ''}: ${firstLine}`);
  }
}

export function connectKafka(): KafkaConnections {
  return createKafkaConnections({ clock, metrics, clientId: 'sluice-cli', fence });
}
