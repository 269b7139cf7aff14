/** The state of the run -> the page's texts: where the run is, what is decoded, what went wrong. */

/** @import { RunState } from './run-state.js' */
/** @import { SessionAnswer } from './session-info.js' */
import { byId, make, setText } from './dom.js'
import { look } from './operator-plots.js'

const reasons = {
  'warming-up': 'warming up',
  lost: 'volume lost',
  skipped: 'volume skipped',
  failed: 'not decoded',
}

const tallies = /** @type {const} */ ([
  ['lost', 'volume.lost'],
  ['late volumes', 'volume.late'],
  ['late feedback', 'feedback.late'],
  ['skipped', 'feedback.skipped'],
  ['parked', 'volume.parked'],
  ['duplicates', 'volume.duplicate'],
  ['conflicts', 'volume.conflict'],
  ['problems', 'source.problem'],
  ['refused', 'client.refused'],
])

/**
 * Shows where the run is and what the newest volume says.
 *
 * @param {RunState} run - The run.
 * @param {{ connected: boolean, session: SessionAnswer | undefined }} context - Whether the session can be heard, and what the server says.
 * @returns {void}
 */
export function showNow(run, { connected, session }) {
  const status = connected ? run.status : 'not connected'
  const pill = byId('status')
  setText(pill, status)
  pill.dataset.status = status
  const latest = run.rows.at(-1)
  setText(byId('index0'), latest === undefined ? '–' : String(latest.volume))
  setText(byId('index1'), latest === undefined ? '–' : String(latest.volume + 1))
  const verdict = byId('verdict')
  if (latest === undefined) setText(verdict, 'no volume yet')
  else if (latest.reason !== null) setText(verdict, `no feedback: ${reasons[latest.reason]}`)
  else setText(verdict, `${latest.predicted}${latest.late ? ' (late)' : ''}`)
  const isStill = run.rows.length > 0 && run.rows.every(({ motion }) => motion === null)
  setText(byId('motion-note'), isStill ? 'volumes are not realigned' : '')
  showBars(session?.classes ?? [], latest?.smoothed ?? null)
}

/**
 * @param {string[]} classes - Names of the classes.
 * @param {Record<string, number> | null} probabilities - Of the newest volume.
 * @returns {void}
 */
function showBars(classes, probabilities) {
  const list = byId('bars')
  if (list.children.length !== classes.length)
    list.replaceChildren(
      ...classes.map((name, i) => {
        const row = make('div', '', 'bar')
        const track = make('span', '', 'track')
        const fill = make('span', '', 'fill')
        fill.style.background = `var(${look(i).color})`
        track.append(fill)
        row.append(make('span', name, 'name'), track, make('span', '', 'value'))
        return row
      }),
    )
  classes.forEach((name, i) => {
    const row = /** @type {HTMLElement} */ (list.children[i])
    const value = probabilities?.[name]
    const [, track, text] = /** @type {HTMLElement[]} */ ([...row.children])
    const fill = /** @type {HTMLElement} */ (track?.firstElementChild)
    fill.style.inlineSize = `${100 * (value ?? 0)}%`
    if (text !== undefined) setText(text, value === undefined ? '–' : value.toFixed(2))
  })
}

/**
 * Shows how often things have happened.
 *
 * @param {RunState} run - The run.
 * @returns {void}
 */
export function showTallies(run) {
  const list = byId('tallies')
  if (list.children.length === 0)
    list.append(
      ...tallies.map(([label]) => {
        const item = make('li', '')
        item.append(make('b', '0'), ` ${label}`)
        return item
      }),
    )
  tallies.forEach(([, type], i) => {
    const item = /** @type {HTMLElement} */ (list.children[i])
    const count = run.counts[type] ?? 0
    setText(/** @type {HTMLElement} */ (item.firstElementChild), String(count))
    item.classList.toggle('some', count > 0)
  })
}

const signs = { alarm: '✖', warning: '▲', note: '•', connection: '↔' }
const words = { alarm: 'Alarm', warning: 'Warning', note: 'Note', connection: 'Connection' }
/** More would not be read. */
const maxShown = 150

/**
 * Shows what has happened, newest first.
 *
 * @param {RunState} run - The run.
 * @returns {void}
 */
export function showNotices(run) {
  const all = /** @type {HTMLInputElement} */ (byId('show-connections')).checked
  const shown = run.notices.filter(({ level }) => all || level !== 'connection').slice(0, maxShown)
  byId('notices').replaceChildren(
    ...shown.map(({ at, level, text }) => {
      const item = make('li', '', level)
      const sign = make('span', signs[level], 'sign')
      sign.setAttribute('aria-label', words[level])
      sign.setAttribute('role', 'img')
      item.append(sign, make('time', `${(at / 1000).toFixed(1)} s`), make('span', text))
      return item
    }),
  )
  const newest = shown[0]
  if (newest !== undefined && newest.level !== 'note') setText(byId('spoken'), newest.text)
}
