import { lagsOf, type Scaler, type Size } from './seen.ts';

/** A HorizontalPodAutoscaler with its defaults: kubernetes/kubernetes, pkg/controller/podautoscaler. */
export const hpaSyncSeconds = 15;
const tolerance = 0.1;
const shrinkWindowSeconds = 300;
const growth = { podsPerPeriod: 4, percentPerPeriod: 100, periodSeconds: 15 };

/** What an external metric of type AverageValue asks for (replica_calculator.go, GetExternalPerPodMetricReplicas). */
export function desiredReplicas(metric: number, { target, replicas }: { target: number; replicas: number }): number {
  const ratio = metric / (target * replicas);
  return Math.abs(1 - ratio) <= tolerance ? replicas : Math.ceil(metric / target);
}

export interface HpaLimits {
  min: number;
  max: number;
}

/** What follows from a wish: the stabilisation window of shrinking and the rates of growth (horizontal.go). */
export class Hpa {
  readonly #limits: HpaLimits;
  #wishes: { second: number; replicas: number }[] | undefined;
  #changes: { second: number; by: number }[] = [];

  constructor(limits: HpaLimits) {
    this.#limits = limits;
  }

  /** @param wish `undefined`: the metric could not be read, which keeps the size */
  sync(second: number, replicas: number, wish: number | undefined): Size {
    const size = this.#decide(second, replicas, wish);
    if (size.replicas !== replicas) this.#changes.push({ second, by: size.replicas - replicas });
    return size;
  }

  #decide(second: number, replicas: number, wish: number | undefined): Size {
    const { min, max } = this.#limits;
    if (replicas > max) return { replicas: max, reason: 'TooManyReplicas' };
    if (replicas < min) return { replicas: min, reason: 'TooFewReplicas' };
    if (wish === undefined) return { replicas, reason: 'FailedGetExternalMetric' };
    const stable = Math.max(wish, this.#highestWish(second, replicas, wish));
    // Growth follows the newest wish, shrinking the highest of the window.
    const settled = wish >= replicas ? wish : Math.min(replicas, stable);
    if (settled > replicas) return this.#grow(second, replicas, settled);
    if (settled > wish) return { replicas: Math.max(min, settled), reason: 'ScaleDownStabilized' };
    if (settled < min) return { replicas: min, reason: 'TooFewReplicas' };
    return { replicas: settled, reason: 'DesiredWithinRange' };
  }

  #highestWish(second: number, replicas: number, wish: number): number {
    const first = this.#wishes ?? [{ second, replicas }];
    this.#wishes = first.filter((one) => one.second > second - shrinkWindowSeconds);
    this.#wishes.push({ second, replicas: wish });
    return Math.max(...this.#wishes.map((one) => one.replicas));
  }

  #grow(second: number, replicas: number, wish: number): Size {
    const { podsPerPeriod, percentPerPeriod, periodSeconds } = growth;
    const recent = this.#changes.filter((one) => one.second > second - periodSeconds);
    const before = replicas - recent.reduce((sum, { by }) => sum + by, 0);
    const limit = Math.max(before + podsPerPeriod, Math.ceil(before * (1 + percentPerPeriod / 100)));
    const allowed = Math.min(this.#limits.max, Math.max(limit, replicas));
    if (wish <= allowed) return { replicas: wish, reason: 'DesiredWithinRange' };
    return { replicas: allowed, reason: allowed === this.#limits.max ? 'TooManyReplicas' : 'ScaleUpLimit' };
  }
}

/** An HPA on the group's lag, by an adapter that knows nothing of partitions. */
export function hpa(target: number, limits: HpaLimits, setting: string): Scaler {
  const controller = new Hpa({ ...limits, min: Math.max(1, limits.min) });
  return {
    name: 'hpa',
    setting,
    everySeconds: hpaSyncSeconds,
    decide({ second, replicas, group }) {
      const wish = group && desiredReplicas(sum(lagsOf(group)), { target, replicas });
      return controller.sync(second, replicas, wish);
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
