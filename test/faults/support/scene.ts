import { expect, type RunnerTestCase } from 'vitest';
import { installApi, type Operator, type OperatorOptions, startOperator } from '../../../dev/world/operator.ts';
import { startWorld, type World, type WorldOptions } from '../../../dev/world/world.ts';
import type { KubeObject } from '../../../src/ports/kube.ts';
import type { Condition, Managed } from '../../../src/runtime/kind.ts';
import { manifest, TestCluster } from '../../helpers/cluster.ts';
import { eventually } from '../../helpers/eventually.ts';
import { bugsIn, logOf } from './operator-log.ts';
import { type StatusWatch, watchStatuses } from './status-watch.ts';

/** Waits end as soon as what they wait for is there. These limits are for a machine that is busy with other things. */
export const within = 180_000;
export const startTimeoutMs = 300_000;
export const eventClusterName = 'main';
const access = [{ namespaces: ['*'], topics: ['*'], subjects: ['*'], groups: ['*'] }];
const policies = { deletionPolicies: ['Retain', 'DeleteIfEmpty', 'Delete'], adoptionPolicies: ['MatchOnly', 'Take'] };

type Spec = Record<string, unknown>;

/** A world of its own for one file, with the API installed; what is broken in it harms nobody else. */
export class Scene {
  readonly world: World;
  /** The administrator, who reaches the API server without a proxy. */
  readonly cluster: TestCluster;
  readonly namespace: string;
  readonly #operators: Operator[] = [];
  readonly #statuses: StatusWatch;
  #failed = false;

  static async open(options: WorldOptions = {}): Promise<Scene> {
    const world = await startWorld(options);
    await installApi(world);
    const cluster = new TestCluster(world.kubeconfig);
    return new Scene(world, cluster, await cluster.createNamespace('faults'));
  }

  private constructor(world: World, cluster: TestCluster, namespace: string) {
    this.world = world;
    this.cluster = cluster;
    this.namespace = namespace;
    this.#statuses = watchStatuses(cluster);
  }

  async startOperator(options: OperatorOptions = {}): Promise<Operator> {
    const operator = await startOperator(this.world, options);
    this.#operators.push(operator);
    return operator;
  }

  /** Grants everything to everybody. */
  async createEventCluster(bootstrapServers: string, spec: Spec = {}, name = eventClusterName): Promise<string> {
    const kafka = { bootstrapServers: bootstrapServers.split(',') };
    const wanted = {
      kafka,
      access: access.map((rule) => ({ ...rule, ...policies })),
      maxDeletionsPerHour: 10_000,
      ...spec,
    };
    await this.cluster.create(manifest('EventCluster', name, wanted));
    return name;
  }

  /** The topic is called as its resource. Answers its key. */
  async createTopic(name: string, spec: Spec = {}): Promise<string> {
    const wanted = { clusterRef: { name: eventClusterName }, partitions: 1, ...spec };
    await this.cluster.create(manifest('EventTopic', name, wanted, this.namespace));
    return `${this.namespace}/${name}`;
  }

  createTopics(prefix: string, count: number, spec: Spec = {}): Promise<string[]> {
    const names = Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
    return Promise.all(names.map((name) => this.createTopic(name, spec)));
  }

  /** The subject is called as its resource. Answers its key. */
  async createSchema(name: string, spec: Spec = {}): Promise<string> {
    const schema = JSON.stringify({ type: 'record', name: 'Order', fields: [{ name: 'id', type: 'string' }] });
    const wanted = { clusterRef: { name: eventClusterName }, schema, ...spec };
    await this.cluster.create(manifest('EventSchema', name, wanted, this.namespace));
    return `${this.namespace}/${name}`;
  }

  /** Waits until the newest spec of each has that condition. Returns the resources as they were then, as `keys` go. */
  whenAll(
    kind: string,
    keys: readonly string[],
    type: string,
    status: string,
    reason?: string,
  ): Promise<readonly Managed[]> {
    const wanted = `${type}=${status} ${reason ?? ''}`.trim();
    const isWanted = (resource: Managed | undefined) => {
      const found = resource && conditionOf(resource, type);
      const fresh = found?.observedGeneration === resource?.metadata.generation;
      return fresh && found?.status === status && (reason === undefined || found.reason === reason);
    };
    return eventually(
      async () => {
        const resources = await this.cluster.list<Managed>(kind);
        const asked = keys.map((key) => resources.find((one) => keyOf(one) === key));
        const others = asked.filter((resource) => !isWanted(resource));
        const example = `${others[0]?.metadata.name}: ${JSON.stringify(others[0]?.status)}`;
        if (others.length > 0) throw new Error(`${others.length} ${kind}s are not ${wanted}, such as ${example}`);
        return asked.flatMap((resource) => resource ?? []);
      },
      { within },
    );
  }

  async whenAllReady(kind: string, keys: readonly string[]): Promise<void> {
    await this.whenAll(kind, keys, 'Ready', 'True');
  }

  /** The condition, as it was when it said so first; its message is for the test to read. */
  async whenCondition(kind: string, key: string, type: string, status: string, reason?: string): Promise<Condition> {
    const [resource] = await this.whenAll(kind, [key], type, status, reason);
    const condition = resource && conditionOf(resource, type);
    if (!condition) throw new Error(`${kind} ${key} has no condition ${type}`);
    return condition;
  }

  /** The version of each resource, which every write changes. */
  async versionsOf(kind: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const resources = await this.cluster.list<KubeObject>(kind);
    const chosen = resources.filter((resource) => keys.includes(keyOf(resource)));
    return new Map(chosen.map((resource) => [keyOf(resource), resource.metadata.resourceVersion]));
  }

  /** Whatever happened: all statuses that were ever seen were valid, and no operator met a bug. */
  expectGoodConduct(): void {
    expect(this.#statuses.seen).toBeGreaterThan(0);
    expect([...this.#statuses.problems]).toEqual([]);
    expect(this.#operators.flatMap((operator) => bugsIn(logOf(operator)))).toEqual([]);
  }

  /** To be told after each test: the files of a world in which one failed stay. */
  note({ result }: RunnerTestCase): void {
    this.#failed ||= result?.state === 'fail';
  }

  async close(): Promise<void> {
    await this.#statuses.stop();
    await Promise.all(this.#operators.map((operator) => operator.stop()));
    await this.cluster.close();
    await this.world.stop({ keepFiles: this.#failed });
    if (this.#failed) console.error(`The world's files and logs are in ${this.world.folder}`);
  }
}

export function conditionOf({ status }: Managed, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

export function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
