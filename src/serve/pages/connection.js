/** A WebSocket that comes back by itself: tells what has happened so far at each connection, and every event from then on. */

/** @import { SessionEvent } from '../../core/schemas/session-event.ts' */

const retryAfterMs = 700

/**
 * Connects to the session.
 *
 * @param {object} listener - Who is told.
 * @param {(events: SessionEvent[]) => void} listener.onHistory - What happened so far; forget what was known before.
 * @param {(event: SessionEvent) => void} listener.onEvent - What happens now.
 * @param {(connected: boolean) => void} listener.onConnection - Whether the session can be heard.
 * @returns {void}
 */
export function connectToSession({ onHistory, onEvent, onConnection }) {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const socket = new WebSocket(`${scheme}://${location.host}/ws`)
  /** @type {Set<string> | undefined} What came before the history did. */
  let early = new Set()
  socket.addEventListener('message', ({ data }) => {
    const text = String(data)
    if (early !== undefined) early.add(text)
    else onEvent(/** @type {SessionEvent} */ (JSON.parse(text)))
  })
  socket.addEventListener('open', () => {
    loadHistory().then(
      (history) => {
        // The history may hold events that came over the socket too.
        for (const event of history) early?.delete(JSON.stringify(event))
        const rest = [...(early ?? [])]
        early = undefined
        onHistory(history)
        onConnection(true)
        for (const text of rest) onEvent(/** @type {SessionEvent} */ (JSON.parse(text)))
      },
      () => socket.close(),
    )
  })
  socket.addEventListener('close', () => {
    onConnection(false)
    setTimeout(() => connectToSession({ onHistory, onEvent, onConnection }), retryAfterMs)
  })
}

/** @returns {Promise<SessionEvent[]>} The latest events, oldest first. */
async function loadHistory() {
  const response = await fetch('/history')
  if (!response.ok) throw new Error(`no history: ${response.status}`)
  return /** @type {Promise<SessionEvent[]>} */ (response.json())
}
