/** Buttons and keys of the operator's page -> requests to the server. */
import { byId, setText } from './dom.js'

/**
 * Makes the buttons work, and the keys: M to write a mark, Enter to send it.
 *
 * @param {() => void} onChange - Called when something was done.
 * @returns {void}
 */
export function bindControls(onChange) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('confirm-stop'))
  const text = /** @type {HTMLInputElement} */ (byId('mark-text'))
  const send = async (/** @type {string} */ action, body = {}) => {
    setText(byId('control-answer'), await post(action, body))
    onChange()
  }
  byId('start').addEventListener('click', () => void send('start'))
  byId('stop').addEventListener('click', () => dialog.showModal())
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'stop') void send('stop')
    dialog.returnValue = ''
  })
  byId('mark-form').addEventListener('submit', (event) => {
    event.preventDefault()
    void send('mark', { text: text.value.trim() || 'mark' })
    text.value = ''
  })
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target)
    const isTyping = target.matches('input, textarea, select') || dialog.open
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key !== 'm' && event.key !== 'M') return
    event.preventDefault()
    text.focus()
  })
}

/**
 * @param {string} action - `start`, `stop` or `mark`.
 * @param {object} body - What goes with it.
 * @returns {Promise<string>} What came of it, for the operator.
 */
async function post(action, body) {
  try {
    const response = await fetch(`/control/${action}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (response.ok) return action === 'mark' ? 'Mark written' : ''
    const { error } = /** @type {{ error?: string }} */ (await response.json())
    return `Not done: ${error ?? response.status}`
  } catch {
    return 'Not done: the session does not answer'
  }
}
