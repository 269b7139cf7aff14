/** Warnings of many subjects -> one line for each that is said of several. */

/**
 * Puts together warnings that differ only in the subject at their start.
 *
 * @param warnings - As in `sub-01: text`; those that name no subject stay as they are.
 * @returns As in `sub-01, sub-02: text`, in the order of their first mention.
 * @throws Never.
 * @example
 * const lines = groupWarnings(['sub-01: a', 'sub-02: a', 'b']) // lines = ['sub-01, sub-02: a', 'b']
 */
export function groupWarnings(warnings: readonly string[]): string[] {
  const subjectsOf = new Map<string, Set<string>>()
  for (const warning of warnings) {
    // The subject may stand there twice: once for where it was found, once for where it was reported.
    const [, subject, text = warning] = /^(sub-\w+): (?:\1: )?(.*)$/s.exec(warning) ?? []
    const subjects = subjectsOf.get(text) ?? new Set()
    if (subject !== undefined) subjects.add(subject)
    subjectsOf.set(text, subjects)
  }
  return [...subjectsOf].map(([text, subjects]) =>
    subjects.size === 0 ? text : `${[...subjects].join(', ')}: ${text}`,
  )
}
