// Lets one process at a time do something to a folder, across processes that know nothing of each other.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'

const pollMs = 50
const sayAfterMs = 1000
const deadAfterMs = 20 * 60 * 1000
const takeoverMs = 10_000

/**
 * Runs `work` while no other process holds the lock; waits for the one that does, and takes over from one that died.
 *
 * @template T
 * @param {string} path - The lock file; its folder exists.
 * @param {() => T} work - What to do; synchronous.
 * @returns {T} What `work` returns.
 */
export function withLock(path, work) {
  const release = acquire(path)
  const interrupted = () => {
    release()
    process.exit(130)
  }
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    return work()
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    release()
  }
}

function acquire(path) {
  const mine = `${process.pid} ${hostname()} ${Date.now()}`
  let waitedMs = 0
  while (!createExclusively(path, mine)) {
    if (isAbandoned(path)) removeAbandoned(path)
    else sleep(pollMs)
    waitedMs += pollMs
    if (waitedMs === sayAfterMs) {
      process.stderr.write('limbic: waiting for another process that installs or compiles ...\n')
    }
  }
  return () => {
    if (read(path) === mine) rmSync(path, { force: true })
  }
}

/** Two waiters may find the same dead lock: only the one that holds the second lock removes it, and only after looking again. */
function removeAbandoned(path) {
  const takeover = `${path}.takeover`
  if (!createExclusively(takeover, String(process.pid))) {
    if (ageMs(takeover) > takeoverMs) rmSync(takeover, { force: true })
    else sleep(pollMs)
    return
  }
  try {
    if (isAbandoned(path)) rmSync(path, { force: true })
  } finally {
    rmSync(takeover, { force: true })
  }
}

function isAbandoned(path) {
  const text = read(path)
  if (text === undefined) return false
  const [pid, host] = text.split(' ')
  const age = ageMs(path)
  if (host === undefined) return age > takeoverMs // created, and then not filled in
  return age > deadAfterMs || (host === hostname() && !isAlive(Number(pid)))
}

function createExclusively(path, text) {
  try {
    writeFileSync(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function ageMs(path) {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
}

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
