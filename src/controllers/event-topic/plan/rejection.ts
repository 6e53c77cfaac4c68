import { clip } from '../../../base/text.ts';
import { reconcileRequestAnnotation } from '../../../crds/names.ts';
import { Reason } from '../../../crds/reasons.ts';
import type { Fault } from '../../../ports/fault.ts';
import type { Blocked } from '../../../runtime/kind.ts';
import { refuseInWords } from '../../blocked.ts';
import type { Unmet } from './config.ts';

/** Which part of the spec the brokers refuse, by their code. */
export type RejectionReason = ReturnType<typeof reasonOfRejection>;

export function reasonOfRejection({ code }: Fault) {
  switch (code) {
    case 'INVALID_CONFIG':
      return Reason.ConfigRejected;
    case 'INVALID_REPLICATION_FACTOR':
      return Reason.NotEnoughBrokers;
    case 'INVALID_TOPIC_EXCEPTION':
      return Reason.NameRefused;
    default:
      return Reason.TopicRejected;
  }
}

/** What the user reads of settings that stay otherwise than they are to be. */
export function refuseUnmet(topic: string, unmet: readonly Unmet[]): Blocked[] {
  const refused = unmet.flatMap((one) => (one.cause.kind === 'refused' ? [{ ...one, words: one.cause.words }] : []));
  const values = refused.flatMap(({ wanted = '', ...one }) => (one.left ? [] : [{ ...one, value: wanted }]));
  const returns = refused.filter(({ left }) => left);
  return [
    ...(values.length > 0 ? [refuseInWords(Reason.ConfigRejected, `topic "${topic}": ${refusedValues(values)}`)] : []),
    ...(returns.length > 0
      ? [refuseInWords(Reason.ConfigRejected, `topic "${topic}": ${refusedReturns(returns)}`)]
      : []),
    ...unmet
      .filter(({ cause }) => cause.kind === 'rewritten')
      .map((one) => refuseInWords(Reason.ValueRewrittenByBroker, `topic "${topic}": setting ${rewritten(one)}`)),
  ];
}

export interface RefusedValue {
  key: string;
  value: string;
  /** What the brokers said. */
  words: string;
}

/** The advice comes first: a long list may be cut. */
export function refusedValues(refused: readonly RefusedValue[]): string {
  const them = refused.length > 1 ? 'them' : 'it';
  const settings = refused.length > 1 ? 'settings' : 'a setting';
  return `the brokers refuse ${settings} of spec.config; correct ${them} or remove ${them}: ${listed(refused)}`;
}

/** Each with what the brokers said, and with what they take where that is known by the name. */
export function listed(refused: readonly RefusedValue[]): string {
  return refused
    .map(({ key, value, words }) => {
      const said = [clip(withoutPrefix(words, key, value), longestWords), expectation(key, value)];
      return `${quotedKey(key)} ${quoted(value)} (${said.filter((one) => one !== undefined).join('; ')})`;
    })
    .join(', ');
}

function refusedReturns(refused: readonly (Unmet & { words: string })[]): string {
  const settings = refused.map(({ key, live, wanted, words }) => {
    const target = wanted === undefined ? "the brokers' own" : `the EventCluster's ${quoted(wanted)}`;
    return `${quotedKey(key)} ${quoted(live ?? '')} to ${target} (${clip(words, longestWords)})`;
  });
  const what = 'the brokers refuse the default of what left spec.config, which stays as it is';
  return `${what}; set it in spec.config again, or change what it depends on: ${settings.join(', ')}`;
}

function rewritten({ key, wanted = '', live }: Unmet): string {
  const shown = live === undefined ? 'no value' : quoted(live);
  const what = `${quotedKey(key)} was set to ${quoted(wanted)} and the brokers show ${shown}`;
  return (
    `${what}, because they keep no other value or somebody else sets it: write what is meant to stand there into ` +
    'spec.config, or leave the setting to others with spec.ignoreConfigKeys; it is tried again once an hour, or at once ' +
    `with a new value of the annotation ${reconcileRequestAnnotation}`
  );
}

/** Kafka begins with what the reader knows already. */
function withoutPrefix(words: string, key: string, value: string): string {
  const prefix = `Invalid value ${value} for configuration ${key}: `;
  return words.startsWith(prefix) ? words.slice(prefix.length) : words;
}

function expectation(key: string, value: string): string | undefined {
  if (/^[+-]?\d+$/.test(value.trim())) return undefined;
  if (key.endsWith('.ms')) return 'it takes milliseconds, a whole number such as 604800000';
  return key.endsWith('.bytes') ? 'it takes bytes, a whole number such as 1073741824' : undefined;
}

/** One long value must not hide the settings after it. */
const longestValue = 80;
const longestWords = 256;

function quoted(value: string): string {
  return JSON.stringify(clip(value, longestValue));
}

function quotedKey(key: string): string {
  return /^[\w.-]+$/.test(key) ? key : quoted(key);
}
