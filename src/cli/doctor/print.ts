import type { Finding } from './checks.ts';

/** A line for each finding, and another one for what to do. */
export function printFindings(findings: readonly Finding[]): string {
  const lines = findings.flatMap((finding) =>
    finding.kind === 'fine' ? [`ok     ${finding.message}`] : [`wrong  ${finding.message}`, `       ${finding.next}`],
  );
  return `${lines.join('\n')}\n`;
}
