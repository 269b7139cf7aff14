/** What every entry of the error catalogue says, and how it is laid out as one paragraph. */

/** The parts of an error message. Each is a phrase without a final full stop, but for `problem` and `remedy`, which are sentences. */
export interface ErrorText {
  /** One sentence: what is wrong. */
  readonly problem: string
  /** What was expected, as a phrase. */
  readonly expected?: string
  /** What was found instead, as a phrase. */
  readonly found?: string
  /** File, subject, run, key or line. */
  readonly where?: string
  /** One or two sentences: what to try. */
  readonly remedy: string
}

/**
 * Lays an error text out as one paragraph.
 *
 * @param text - The parts of the message.
 * @returns One paragraph without line breaks.
 * @throws Never.
 */
export function formatErrorText(text: ErrorText): string {
  const expectation = [
    text.expected === undefined ? undefined : `expected ${text.expected}`,
    text.found === undefined ? undefined : `found ${text.found}`,
  ].filter((part) => part !== undefined)
  const sentences = [
    text.where === undefined ? text.problem : `${text.where}: ${text.problem}`,
    expectation.length === 0 ? undefined : `${capitalise(expectation.join('; '))}.`,
    `Try: ${text.remedy}`,
  ]
  return sentences
    .filter((sentence) => sentence !== undefined)
    .map(joinLines)
    .join(' ')
}

/** Messages of other programs, quoted in a part, may have several lines. */
function joinLines(sentence: string): string {
  return sentence.replace(/\s*[\r\n]+\s*(?=\.?$)/, '').replace(/\s*[\r\n]+\s*/g, ' ')
}

function capitalise(phrase: string): string {
  return phrase.charAt(0).toUpperCase() + phrase.slice(1)
}
