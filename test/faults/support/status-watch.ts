import { kinds } from '../../../src/crds/index.ts';
import type { Managed } from '../../../src/runtime/kind.ts';
import type { TestCluster } from '../../helpers/cluster.ts';
import { statusProblems } from '../../helpers/expect-valid-status.ts';

const everyMs = 250;

export interface StatusWatch {
  /** What was wrong with any status that was seen; each problem once. */
  readonly problems: ReadonlySet<string>;
  /** How many statuses were looked at. */
  readonly seen: number;
  stop(): Promise<void>;
}

/** Looks at every status of our kinds, again and again. While the API server is away there is nothing to see. */
export function watchStatuses(cluster: TestCluster): StatusWatch {
  const problems = new Set<string>();
  const ended = new AbortController();
  let seen = 0;

  async function look(): Promise<void> {
    const lists = await Promise.allSettled(kinds.map(({ kind }) => cluster.list<Managed>(kind)));
    for (const resource of lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []))) {
      seen += 1;
      const { name } = resource.metadata;
      for (const problem of statusProblems(resource)) problems.add(`${resource.kind} ${name}: ${problem}`);
    }
  }

  async function lookUntilEnded(): Promise<void> {
    while (!ended.signal.aborted) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  const looking = lookUntilEnded();
  return {
    problems,
    get seen() {
      return seen;
    },
    stop: async () => {
      ended.abort();
      await looking;
    },
  };
}
