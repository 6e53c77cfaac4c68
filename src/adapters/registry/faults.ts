import { Fault, type FaultDetails, type FaultKind } from '../../ports/fault.ts';
import { type Answer, errorCodeOf, errorMessageOf } from './answers.ts';

/** What a call wants from where; the beginning of each of its messages. */
export interface Errand {
  /** Such as `cannot register a version of subject "orders-value"`. */
  doing: string;
  /** `host:port` of the registry. */
  host: string;
}

export function registryFault(kind: FaultKind, errand: Errand, what: string, details: FaultDetails = {}): Fault {
  return new Fault('registry', kind, `${errand.doing}: registry ${errand.host} ${what}`, details);
}

const notTrusted = 'has a certificate that no trusted CA signed; see tls.caSecretRef';

/** Connection errors by code, in words; those that come and go with timing for one problem share their words. */
const wordsByCode = new Map([
  ['ECONNREFUSED', 'refused the connection'],
  ['ENOTFOUND', 'has no address that can be found'],
  ['EAI_AGAIN', 'has no address that can be found'],
  ['EHOSTUNREACH', 'cannot be reached'],
  ['ENETUNREACH', 'cannot be reached'],
  ['ECONNRESET', 'closed the connection before its answer was complete'],
  ['EPIPE', 'closed the connection before its answer was complete'],
  ['UND_ERR_SOCKET', 'closed the connection before its answer was complete'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'closed the connection before its answer was complete'],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'sent an answer that is too large'],
  ['UND_ERR_HEADERS_OVERFLOW', 'sent an answer that is too large'],
  ['UND_ERR_CLOSED', 'is not in use any more'],
  ['UND_ERR_DESTROYED', 'is not in use any more'],
  ['SELF_SIGNED_CERT_IN_CHAIN', notTrusted],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', notTrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', notTrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', notTrusted],
  ['CERT_HAS_EXPIRED', 'has a certificate that has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'has a certificate for another host'],
  ['FENCED', 'was not asked, because this process may not write now'],
]);

const silenceCodes = new Set(['DEADLINE', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/** A request that got no complete answer. */
export function faultOfConnection(errand: Errand, error: unknown, timeoutMs: number): Fault {
  const code = codeOf(error);
  const words = silenceCodes.has(code) ? `gave no answer within ${timeoutMs} ms` : wordsOf(code);
  return registryFault('unavailable', errand, words, { code, cause: error });
}

export function cancelled(errand: Errand): Fault {
  return new Fault('registry', 'unavailable', `${errand.doing}: the call was cancelled`, { code: 'ABORTED' });
}

function wordsOf(code: string): string {
  if (code.startsWith('HPE_') || code === 'HTTPParserError') return 'sent something that is not HTTP';
  return wordsByCode.get(code) ?? `failed with ${code}`;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** An answer that is none of those the call knows to read. */
export function faultOfAnswer(errand: Errand, answer: Answer): Fault {
  const { status, retryAfterMs } = answer;
  // Apicurio writes 0 where it has no number of its own.
  const code = errorCodeOf(answer) || status;
  const details = { code: String(code), atLogin: status === 401, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  const kind = kindOfAnswer(answer);
  if (status < 300) return registryFault(kind, errand, `answered ${status} with ${answer.came}`, details);
  if (status < 400) return registryFault(kind, errand, `answered ${status}, and redirects are not followed`, details);
  const said = code === status ? `answered ${status}` : `answered ${status} with error ${code}`;
  // Only a refusal's text is about our request; that of a failing server may differ from one answer to the next.
  const reason = kind === 'rejected' ? errorMessageOf(answer) : undefined;
  return registryFault(kind, errand, reason === undefined ? said : `${said}: ${reason}`, details);
}

function kindOfAnswer(answer: Answer): FaultKind {
  const { status } = answer;
  if (status === 401 || status === 403) return 'denied';
  if (status === 429) return 'throttled';
  if (status < 400 || status >= 500 || status === 408) return 'unavailable';
  // Without a registry's error number these come from something in front of it, or from a wrong URL.
  const unclear = errorCodeOf(answer) === undefined && [400, 404, 405, 409, 422].includes(status);
  return unclear ? 'unavailable' : 'rejected';
}
