import { parseJson } from '../base/json.ts';
import { isRecord } from '../base/records.ts';
import type { KubeObject } from '../ports/kube.ts';

/** What the API server asks, as far as it matters here. */
export interface ReviewRequest {
  uid: string;
  kind: string;
  object: KubeObject;
  /** As it is stored; absent: it is to be created. */
  oldObject: KubeObject | undefined;
}

export interface ReviewVerdict {
  /** Why it is refused; empty: it is allowed. */
  denied: readonly string[];
  warnings: readonly string[];
}

export type ReadReview = { ok: true; request: ReviewRequest } | { ok: false; problem: string };

const apiVersion = 'admission.k8s.io/v1';

export function readReview(text: string): ReadReview {
  const review = parseJson(text);
  if (!isRecord(review) || review.kind !== 'AdmissionReview' || review.apiVersion !== apiVersion) {
    return wrong(`the body is no AdmissionReview of ${apiVersion}`);
  }
  const { request } = review;
  if (!isRecord(request) || typeof request.uid !== 'string' || request.uid === '')
    return wrong('request.uid is missing');
  if (!isObject(request.object)) return wrong('request.object is no object with metadata.name');
  const { uid, object, oldObject } = request;
  return {
    ok: true,
    request: { uid, kind: object.kind, object, oldObject: isObject(oldObject) ? oldObject : undefined },
  };
}

/** kubectl prints the message behind `admission webhook "…" denied the request: `, and each warning in a line of its own. */
export function answerReview({ uid }: Pick<ReviewRequest, 'uid'>, { denied, warnings }: ReviewVerdict): object {
  const allowed = denied.length === 0;
  const status = { code: 403, reason: 'Forbidden', message: denied.join('\n') };
  const response = { uid, allowed, ...(!allowed && { status }), ...(warnings.length > 0 && { warnings }) };
  return { apiVersion, kind: 'AdmissionReview', response };
}

function isObject(value: unknown): value is KubeObject {
  if (!isRecord(value) || typeof value.kind !== 'string') return false;
  const { metadata } = value;
  return isRecord(metadata) && typeof metadata.name === 'string' && typeof metadata.uid === 'string';
}

function wrong(problem: string): ReadReview {
  return { ok: false, problem };
}
