/** `MicroTime` of Kubernetes: RFC 3339 with exactly six digits after the point. */
export function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
