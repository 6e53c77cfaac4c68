import { print } from '../dev/setup/progress.mjs';
import { benchBundle } from './bundle.ts';
import { benchCompat } from './compat.ts';
import {
  readBundleOptions,
  readNoOptions,
  readScaleOptions,
  readScalingOptions,
  readTopicsOptions,
  USAGE,
} from './options.ts';
import { OptionsError } from './options-error.ts';
import { benchScale } from './scale/scale.ts';
import { benchScaling } from './scaling/scaling.ts';
import { benchTopics } from './topics/topics.ts';

const WRONG_USE = 2;
const INTERRUPTED = 130;

/**
 * `topics` measures an operator against the floor, `scale` what many topics take, `bundle` what is shipped, `scaling`
 * decisions on consumers, `compat` the checker of schemas. Figures go to standard output.
 */
export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [what, ...options] = args;
  try {
    switch (what) {
      case 'topics':
        return await benchTopics(readTopicsOptions(options), signal);
      case 'scale':
        return await benchScale(readScaleOptions(options), signal);
      case 'scaling':
        return await benchScaling(readScalingOptions(options), signal);
      case 'bundle':
        return await benchBundle(readBundleOptions(options), signal);
      case 'compat':
        readNoOptions(options);
        return await benchCompat();
      default:
        throw new OptionsError(what === undefined ? 'say what to measure' : `there is no benchmark "${what}"`);
    }
  } catch (error) {
    if (signal.aborted) return INTERRUPTED;
    if (!(error instanceof OptionsError)) throw error;
    print(`${error.message}\n\n${USAGE}`);
    return WRONG_USE;
  }
}
