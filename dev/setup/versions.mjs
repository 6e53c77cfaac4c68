// @ts-check
/**
 * The first dotted number in a tool's output: `1.26.8` of `go1.26.8`, `17.0.15` of `openjdk version "17.0.15"`.
 * @param {string} text
 * @returns {string | undefined}
 */
export function versionIn(text) {
  return /\d+(\.\d+)+|(?<=")\d+(?=")/.exec(text)?.[0];
}

/**
 * @param {string} version
 * @param {string} least
 */
export function isAtLeast(version, least) {
  const have = version.split('.').map(Number);
  for (const [index, wanted] of least.split('.').map(Number).entries()) {
    const part = have[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
