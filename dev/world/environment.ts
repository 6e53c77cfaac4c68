import type { LocalNode } from '../local-node/local-node.ts';
import { kubectl } from './kubectl.ts';
import { startNode } from './node.ts';
import { installApi, installGate, type Operator, type OperatorOptions, startOperator } from './operator.ts';
import type { Part } from './parts/part.ts';
import { partsOf, startWorld, type World, type WorldOptions } from './world.ts';

export interface EnvironmentOptions extends WorldOptions {
  /** Default true. */
  operator?: boolean;
  /** How it is started. */
  operatorOptions?: OperatorOptions;
  /** Whether the API server asks the operator about what is applied. Default false. */
  gate?: boolean;
  /** Whether there is a node, so that pods run. Default true. */
  node?: boolean;
  /** Whether there is a default EventCluster. Default true. */
  defaultCluster?: boolean;
}

const WEBHOOK_PORT = 9443;

/** The EventCluster that resources without a `clusterRef` use. It leaves everything open: who works here is alone. */
function defaultEventCluster({ kafka, registry }: World): object {
  const everything = ['*'];
  const access = { namespaces: everything, topics: everything, subjects: everything, groups: everything };
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventCluster',
    metadata: { name: 'default', annotations: { 'sluice.dev/is-default-cluster': 'true' } },
    spec: {
      kafka: { bootstrapServers: kafka.bootstrapServers.split(',') },
      registry: { url: registry.url },
      access: [{ ...access, deletionPolicies: ['Retain', 'DeleteIfEmpty', 'Delete'] }],
      maxDeletionsPerHour: 1_000_000,
      topicDefaults: { partitions: 3, replicationFactor: kafka.brokers.length },
    },
  };
}

async function applyDefaultCluster(world: World): Promise<void> {
  const input = JSON.stringify(defaultEventCluster(world));
  await kubectl(world.kubeconfig, ['apply', '--server-side', '-f', '-'], { input });
}

/** A world in which resources come to life: with the CRDs, a node, a default EventCluster and the operator. */
export class Environment {
  readonly world: World;
  #node: LocalNode | undefined;
  #operator: Operator | undefined;
  readonly #options: Pick<EnvironmentOptions, 'operatorOptions' | 'gate'>;

  constructor(world: World, options: Pick<EnvironmentOptions, 'operatorOptions' | 'gate'>) {
    this.world = world;
    this.#options = options;
  }

  /** The operator, while it runs. */
  get operator(): Operator | undefined {
    return this.#operator?.part.running ? this.#operator : undefined;
  }

  /** All that should run, the operator too where it is wanted. */
  get parts(): readonly Part[] {
    return [...partsOf(this.world), ...(this.#operator ? [this.#operator.part] : [])];
  }

  /** Starts or stops the operator. Does nothing when it is as wanted. */
  async setOperator(wanted: boolean): Promise<void> {
    if (wanted === (this.operator !== undefined)) return;
    await this.#operator?.stop();
    const { operatorOptions, gate = false } = this.#options;
    const options = { ...(gate && { webhookPort: WEBHOOK_PORT }), ...operatorOptions };
    this.#operator = wanted ? await startOperator(this.world, options) : undefined;
    if (this.#operator && gate) await installGate(this.world, this.#operator);
  }

  async addNode(): Promise<void> {
    this.#node = await startNode(this.world);
  }

  /** Resolves when all processes are gone; the files go too unless they are to be kept. */
  async stop(options?: { keepFiles?: boolean }): Promise<void> {
    // The operator first: it says goodbye to a world that is still there.
    await this.#operator?.stop();
    await this.#node?.stop();
    await this.world.stop(options);
  }
}

/** Starts a world and fills it. */
export async function startEnvironment(options: EnvironmentOptions = {}): Promise<Environment> {
  const {
    operator = true,
    operatorOptions,
    gate = false,
    node = true,
    defaultCluster = true,
    ...worldOptions
  } = options;
  const world = await startWorld(worldOptions);
  const environment = new Environment(world, { ...(operatorOptions && { operatorOptions }), gate });
  try {
    await installApi(world);
    await Promise.all([
      node && environment.addNode(),
      defaultCluster && applyDefaultCluster(world),
      environment.setOperator(operator),
    ]);
    return environment;
  } catch (error) {
    await environment.stop({ keepFiles: true });
    throw error;
  }
}
