import type { Scene } from './scene.ts';

export interface SteadyChanges {
  /** Changes that the API server took so far. */
  readonly taken: number;
  /** Ends it. Returns what the API server said to those that it did not take. */
  stop(): Promise<readonly string[]>;
}

/** Changes the spec of one paused EventTopic again and again, so that nothing but the API server has to do with it. */
export async function changeSteadily(scene: Scene, name: string): Promise<SteadyChanges> {
  await scene.createTopic(name, { partitions: 1, paused: true });
  const failures: string[] = [];
  let taken = 0;
  let ended = false;
  const changes = async () => {
    while (!ended) {
      const spec = { ignoreConfigKeys: [`change-${taken}`] };
      await scene.cluster.patch('EventTopic', `${scene.namespace}/${name}`, { spec }).then(
        () => {
          taken += 1;
        },
        (error: unknown) => void failures.push(String(error)),
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const running = changes();
  return {
    get taken() {
      return taken;
    },
    stop: async () => {
      ended = true;
      await running;
      return failures;
    },
  };
}
