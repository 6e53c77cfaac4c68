/** A line that a shell can evaluate; the path may hold anything. */
export function exportLine(kubeconfig: string): string {
  return `export KUBECONFIG="${kubeconfig.replace(/["$`\\]/g, '\\$&')}"\n`;
}
