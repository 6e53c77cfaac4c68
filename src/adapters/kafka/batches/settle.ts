import type { Settled } from '../../../ports/fault.ts';
import { faultOfCode, nameOfCode, type Refusal, unavailable } from '../errors.ts';
import { WholeRefusal } from './batcher.ts';

/** Codes with which Kafka answers every item when the request itself was at fault, such as too many partitions. */
const wholeRequestCodes = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_REQUEST',
  'POLICY_VIOLATION',
]);

export interface SettleOptions<Item, Answered, Result> {
  keyOf(item: Item): string;
  /** The beginning of the message when an item was refused: `cannot create topic "orders"`. */
  what(item: Item): string;
  /** The ACL without which the broker refuses the item: see `aclFor`. */
  acl(item: Item, answered: Answered): string;
  /** Error codes that are no fault here, because the wish is fulfilled or the answer is "not there". */
  harmless?: ReadonlySet<string>;
  throttleTimeMs: number;
  /** `undefined`: the item was answered with a harmless code. */
  valueOf(item: Item, answered: Answered | undefined): Settled<Result>;
}

/** One result per item, in their order. Throws WholeRefusal when the answer blames all of several items alike. */
export function settleItems<Item, Answered extends Refusal, Result>(
  items: readonly Item[],
  answers: ReadonlyMap<string, Answered>,
  options: SettleOptions<Item, Answered, Result>,
): Settled<Result>[] {
  throwIfWhole([...answers.values()]);
  return items.map((item) => {
    const answered = answers.get(options.keyOf(item));
    if (answered === undefined) return { ok: false, fault: missing(options.what(item)) };
    if (answered.errorCode === 0) return options.valueOf(item, answered);
    if (options.harmless?.has(nameOfCode(answered.errorCode)) === true) return options.valueOf(item, undefined);
    const { throttleTimeMs } = options;
    return {
      ok: false,
      fault: faultOfCode(options.what(item), answered, { throttleTimeMs, acl: options.acl(item, answered) }),
    };
  });
}

function throwIfWhole(answers: readonly Refusal[]): void {
  const [first] = answers;
  if (first === undefined || answers.length < 2 || !wholeRequestCodes.has(nameOfCode(first.errorCode))) return;
  const alike = answers.every(
    ({ errorCode, errorMessage }) => errorCode === first.errorCode && errorMessage === first.errorMessage,
  );
  if (alike) throw new WholeRefusal(nameOfCode(first.errorCode));
}

function missing(what: string) {
  return unavailable(`${what}: the broker's answer does not mention it`, { code: 'MALFORMED_ANSWER' });
}
