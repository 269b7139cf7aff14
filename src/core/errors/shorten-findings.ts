/** Many findings -> a few of each kind: ten thousand compressed slices, or a hundred runs without slice times, are one problem. */
import type { Finding } from './finding.ts'

/**
 * Keeps the first findings of each code.
 *
 * @param findings - In order.
 * @param what - What each is about, in the plural, such as `files`.
 * @param maxAlike - Findings of one code and severity that are kept; 3 by default.
 * @returns The findings grouped by code; the last one kept of a code says for how many more the same holds.
 * @throws Never.
 */
export function shortenFindings(
  findings: readonly Finding[],
  what: string,
  maxAlike = 3,
): readonly Finding[] {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.code}`
    const alike = groups.get(key)
    if (alike === undefined) groups.set(key, [finding])
    else alike.push(finding)
  }
  return [...groups.values()].flatMap((alike) => {
    const more = alike.length - maxAlike
    if (more <= 0) return alike
    const words = ` The same holds for ${more} more ${what}.`
    return alike
      .slice(0, maxAlike)
      .map((one, i) => (i < maxAlike - 1 ? one : { ...one, message: `${one.message}${words}` }))
  })
}
