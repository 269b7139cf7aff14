/** The subject's page: the probability of one class as a thermometer or a circle; an empty shape whenever there is none. */

/** @import { Feedback } from '../../core/schemas/feedback.ts' */
import { connectToSession } from './connection.js'
import { byId, make } from './dom.js'
import { fetchSession } from './session-info.js'
import { readSettings } from './subject-settings.js'

const settings = readSettings(location.search)
const { style } = document.documentElement
style.setProperty('--background', settings.background)
style.setProperty('--color', settings.color)
style.setProperty('--outline', settings.outline)

const shape = make('div', '', `${settings.shape} neutral`)
shape.append(make('div', '', 'fill'))
byId('stage').append(shape)

let className = settings.className
let staleMs = settings.staleMs
/** @type {ReturnType<typeof setTimeout> | undefined} */
let staleTimer
/** @type {Feedback | undefined} What came before the class was known whose probability is shown. */
let early

/** Shows that there is nothing to show. */
function turnNeutral() {
  early = undefined
  clearTimeout(staleTimer)
  shape.classList.add('neutral')
}

/** @param {Feedback} feedback - The newest volume's. */
function take(feedback) {
  if (className === null) {
    early = feedback
    return
  }
  const probability = feedback.smoothed?.[className]
  if (probability === undefined) {
    if (settings.missing === 'neutral') turnNeutral()
    return
  }
  if (feedback.late && settings.late === 'neutral') return turnNeutral()
  const value = (probability - settings.low) / (settings.high - settings.low)
  shape.style.setProperty('--value', String(Math.min(1, Math.max(0, value))))
  shape.classList.remove('neutral')
  clearTimeout(staleTimer)
  staleTimer = setTimeout(turnNeutral, staleMs ?? 4000)
}

/** The class and the TR, when the session is known. */
async function askSession() {
  const session = await fetchSession()
  if (session === undefined) return
  className = settings.className ?? session.feedbackClass
  if (settings.staleMs === null && session.trSeconds !== null) staleMs = 2000 * session.trSeconds
  if (early !== undefined) take(early)
  early = undefined
}

connectToSession({
  // What is past is not shown: only what happens now is feedback.
  onHistory: () => void askSession(),
  onEvent: (event) => {
    if (event.type === 'session.started' || event.type === 'session.resumed') void askSession()
    if (event.type === 'feedback') take(event.feedback)
    if (event.type === 'session.stopped') turnNeutral()
  },
  onConnection: (connected) => {
    if (!connected) turnNeutral()
  },
})

function toggleFullScreen() {
  const done =
    document.fullscreenElement === null
      ? document.documentElement.requestFullscreen()
      : document.exitFullscreen()
  // Where the browser does not allow it, the page stays as it is.
  done.catch(() => undefined)
}
document.addEventListener('dblclick', toggleFullScreen)
document.addEventListener('keydown', ({ key }) => {
  if (key === 'f' || key === 'F') toggleFullScreen()
})
