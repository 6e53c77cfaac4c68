/** Whether a text is a point in time, such as `2026-01-01T00:00:00Z`. */
export function isTime(text: unknown): text is string {
  return typeof text === 'string' && !Number.isNaN(Date.parse(text));
}

/** `MicroTime` of Kubernetes: RFC 3339 with exactly six digits after the point. */
export function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
