/** The address of the subject's page -> how feedback is shown, and what is shown when there is none. */

/**
 * @typedef {object} SubjectSettings
 * @property {string | null} className - Class whose probability is shown; null for the one that the session names.
 * @property {'thermometer' | 'circle'} shape - What grows.
 * @property {string} color - Of the shape.
 * @property {string} background - Of the page.
 * @property {string} outline - Of the empty shape.
 * @property {number} low - Probability at which the shape is empty.
 * @property {number} high - Probability at which it is full.
 * @property {number | null} staleMs - Age of the display after which it turns neutral; null for two TRs.
 * @property {'neutral' | 'hold'} missing - What a volume without feedback does.
 * @property {'show' | 'neutral'} late - What feedback after its deadline does.
 */

/**
 * Reads the settings; what cannot be read has its default, as the subject's page has no place for a message.
 *
 * @param {string} query - As `?class=happy&shape=circle`.
 * @returns {SubjectSettings} The settings.
 */
export function readSettings(query) {
  const given = new URLSearchParams(query)
  const low = numberOf(given.get('low'), 0)
  const high = numberOf(given.get('high'), 1)
  return {
    className: given.get('class'),
    shape: given.get('shape') === 'circle' ? 'circle' : 'thermometer',
    color: colorOf(given.get('color'), '#e69f00'),
    background: colorOf(given.get('background'), '#000000'),
    outline: colorOf(given.get('outline'), '#808080'),
    ...(high > low ? { low, high } : { low: 0, high: 1 }),
    staleMs: given.has('stale') ? numberOf(given.get('stale'), 0) || null : null,
    missing: given.get('missing') === 'hold' ? 'hold' : 'neutral',
    late: given.get('late') === 'neutral' ? 'neutral' : 'show',
  }
}

/**
 * @param {string | null} text - What was given.
 * @param {number} otherwise - The default.
 * @returns {number} A number from 0 on.
 */
function numberOf(text, otherwise) {
  const value = text === null || text.trim() === '' ? NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : otherwise
}

/**
 * @param {string | null} text - What was given; `#` may be left away, as it begins a fragment.
 * @param {string} otherwise - The default.
 * @returns {string} A colour.
 */
function colorOf(text, otherwise) {
  if (text === null) return otherwise
  const color = /^[0-9a-f]{3}([0-9a-f]{3})?$/i.test(text) ? `#${text}` : text
  return CSS.supports('color', color) ? color : otherwise
}
