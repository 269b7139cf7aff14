/** Small dealings with the page: finding elements and making them with text, never with markup. */

/**
 * Finds an element that the page has.
 *
 * @param {string} id - Its id.
 * @returns {HTMLElement} The element.
 */
export function byId(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

/**
 * Makes an element.
 *
 * @param {string} tag - Its name.
 * @param {string} text - Its text.
 * @param {string} [className] - Its classes.
 * @returns {HTMLElement} The element.
 */
export function make(tag, text, className) {
  const element = document.createElement(tag)
  element.textContent = text
  if (className !== undefined) element.className = className
  return element
}

/**
 * Changes a text only when it is another: what is said aloud is not said again.
 *
 * @param {HTMLElement} element - Whose text.
 * @param {string} text - The text.
 * @returns {void}
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}
