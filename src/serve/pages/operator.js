/** The operator's page: everything about the running session, as it happens, and the three buttons. */

/** @import { SessionEvent } from '../../core/schemas/session-event.ts' */
/** @import { OperatorPlots } from './operator-plots.js' */
/** @import { BrainView } from './brain-view.js' */
/** @import { SessionAnswer } from './session-info.js' */
import { createBrainView } from './brain-view.js'
import { connectToSession } from './connection.js'
import { bindControls } from './controls.js'
import { byId } from './dom.js'
import { showNotices, showNow, showTallies } from './operator-panels.js'
import { createOperatorPlots } from './operator-plots.js'
import { emptyRunState, takeEvent } from './run-state.js'
import { fetchSession, showSession } from './session-info.js'

const pollMs = 2000

let run = emptyRunState()
let connected = false
let drawn = true
/** @type {SessionAnswer | undefined} */
let session
/** @type {OperatorPlots | undefined} */
let plots
/** @type {BrainView | undefined} */
let brain

/** Draws at the next frame what has changed since the last; many events make one drawing. */
function drawSoon() {
  if (!drawn) return
  drawn = false
  requestAnimationFrame(() => {
    drawn = true
    showNow(run, { connected, session })
    showTallies(run)
    plots?.draw(run.rows)
  })
}

/** @param {SessionEvent} event - What has happened. */
function onEvent(event) {
  if (takeEvent(run, event) !== undefined) showNotices(run)
  if (event.type === 'volume.received') brain?.update()
  if (event.type.startsWith('session.')) void refreshSession()
  drawSoon()
}

async function refreshSession() {
  session = await fetchSession()
  if (session === undefined) return
  showSession(session)
  if (plots === undefined && session.classes.length > 0) {
    plots = createOperatorPlots(session.classes, () => session?.deadlineMs ?? null)
    const canvas = /** @type {HTMLCanvasElement} */ (byId('brain'))
    brain = createBrainView(canvas, byId('brain-caption'), session.selectionMeaning)
    if (session.lastVolume !== null) brain.update()
  }
  drawSoon()
}

connectToSession({
  onHistory: (events) => {
    run = emptyRunState()
    for (const event of events) takeEvent(run, event)
    showNotices(run)
    void refreshSession()
  },
  onEvent,
  onConnection: (isConnected) => {
    connected = isConnected
    drawSoon()
  },
})
bindControls(() => void refreshSession())
byId('show-connections').addEventListener('change', () => showNotices(run))
setInterval(() => void refreshSession(), pollMs)
setInterval(drawSoon, 500)
for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'])
  matchMedia(query).addEventListener('change', () => plots?.restyle())
