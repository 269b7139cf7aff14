/** A folder that a scanner writes into -> complete volumes as they appear, and what is wrong with everything else. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LimbicError } from '../../../core/errors/index.ts'
import type { VolumeSource } from '../../volume-source.ts'
import { createArrivalQueue } from '../arrival-queue.ts'
import { problemEvent } from '../arrived-volume.ts'
import { createFileReader } from './file-reader.ts'
import { createFileTracker } from './file-tracker.ts'
import { folderNotices } from './folder-notices.ts'
import { sightingOf, type Sighting } from './sighting.ts'
import {
  formatOfName,
  watchRule,
  type WatchFolderOptions,
  type WatchRule,
} from './watch-options.ts'

/** Volumes that may wait for the session before the next file is read. */
const maxWaiting = 4
/** Taken files that every look at the folder takes in again, since they may be written anew. */
const maxWatchedTaken = 16
/** Looking takes at most this part of the time, however many files there are. */
const listingShare = 0.05

/**
 * Watches a folder.
 *
 * @param options - Where, what, and how long to wait; see {@link WatchFolderOptions}.
 * @returns The source. It starts to look when it is iterated.
 * @throws {LimbicError} `OPTION_INVALID` for a pattern that is no regular expression. Everything that goes wrong later is a problem of the stream.
 * @remarks A file is a volume when its own header says that all of it is there (NIfTI: size, or length and checksum of the gzip stream; DICOM: length
 *   of the pixels), and either its name came by rename or it was left alone for `quietMs`; files that end in zeros, for `zerosQuietMs`. A file that
 *   changes after it was taken is handed over again, so that the session can tell a duplicate from a conflict.
 */
export function watchFolder(options: WatchFolderOptions): VolumeSource {
  const rule = watchRule(options)
  const queue = createArrivalQueue()
  const watcher = createWatcher(rule, queue)
  let running: Promise<void> | null = null
  return {
    description: `watching ${rule.dir}`,
    [Symbol.asyncIterator]() {
      running ??= watcher.run()
      return queue[Symbol.asyncIterator]()
    },
    async close() {
      watcher.stop()
      queue.end()
      await running
    },
  }
}

interface Watcher {
  run(): Promise<void>
  stop(): void
}

function createWatcher(rule: WatchRule, queue: ReturnType<typeof createArrivalQueue>): Watcher {
  const tracker = createFileTracker(rule)
  const reader = createFileReader(rule)
  const touched = new Set<string>()
  const known = new Set<string>()
  let latestTaken: string[] = []
  let stopped = false
  let isFirstListing = true
  let isUnreadable = false
  let nextListingMs = 0
  let wake = (): void => undefined

  const notices = folderNotices(rule.dir, (name) => {
    touched.add(name)
    wake()
  })

  const run = async (): Promise<void> => {
    try {
      while (!stopped) {
        await look()
        await readDue()
        report()
        await pause()
      }
    } finally {
      notices.close()
    }
  }

  const look = async (): Promise<void> => {
    await lookAtTouched()
    if (performance.now() >= nextListingMs) await lookAtAll()
    if (isFirstListing && !isUnreadable) {
      isFirstListing = false
      if (rule.existing === 'ignore')
        for (const name of tracker.waiting) tracker.settle(name, { kind: 'taken' })
    }
  }

  const lookAtTouched = async (): Promise<void> => {
    const names = [...touched].sort()
    touched.clear()
    for (const name of names) await sight(name)
  }

  /** What the system tells of meanwhile goes first: looking at the rest must not hold up a volume. */
  const lookAtAll = async (): Promise<void> => {
    for (const name of (await list()).sort()) {
      if (touched.size > 0 && !isFirstListing) {
        await lookAtTouched()
        await readDue()
        report()
      }
      await sight(name)
    }
  }

  /** Gives the names that are worth a look. */
  const list = async (): Promise<string[]> => {
    const startedMs = performance.now()
    if (rule.notify) notices.start()
    const names = await readdir(rule.dir).catch((error: NodeJS.ErrnoException) => error)
    const endedMs = performance.now()
    nextListingMs = endedMs + Math.max(rule.pollMs, (endedMs - startedMs) / listingShare)
    if (!Array.isArray(names)) {
      notices.close()
      if (!isUnreadable) {
        const found = names.code ?? names.message
        const problem = new LimbicError('RT_FOLDER_UNREADABLE', { dir: rule.dir, found })
        queue.push(problemEvent(problem, rule.dir))
      }
      isUnreadable = true
      return []
    }
    isUnreadable = false
    const present = new Set(names)
    const gone = [...known].filter((name) => !present.has(name))
    for (const name of gone) forget(name)
    const fresh = names.filter((name) => !known.has(name))
    return [...fresh, ...tracker.waiting, ...latestTaken]
  }

  const forget = (name: string): void => {
    known.delete(name)
    notices.forget(name)
    tracker.forget(name)
    latestTaken = latestTaken.filter((one) => one !== name)
  }

  const sight = async (name: string): Promise<void> => {
    const isNew = !known.has(name)
    const sighting = await lstatEntry(rule.dir, name)
    if (sighting === null) return forget(name)
    known.add(name)
    if (formatOfName(name, rule) === null) return void tracker.note(sighting)
    if (sighting.kind === 'file') {
      const wasWhole = tracker.asksWhole(sighting) && (await isWhole(name))
      tracker.see(sighting, performance.now(), wasWhole)
    } else if (isNew && sighting.kind !== 'folder') refuse(name, sighting.kind)
  }

  /** Every write that the look has seen was told before it, so the notices that are on their way are waited for. */
  const isWhole = async (name: string): Promise<boolean> => {
    if (!notices.hasOnlyAppeared(name)) return false
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setTimeout(resolve, 1))
    return notices.hasOnlyAppeared(name)
  }

  const refuse = (name: string, kind: Sighting['kind']): void => {
    tracker.forget(name)
    const found = kind === 'link' ? 'a link' : 'neither a file nor a folder'
    const problem = new LimbicError('RT_NAME_REFUSED', { file: join(rule.dir, name), found })
    queue.push(problemEvent(problem, name))
  }

  const readDue = async (): Promise<void> => {
    for (const { sighting } of tracker.due(performance.now())) {
      await queue.room(maxWaiting)
      if (stopped) return
      const nowMs = performance.now()
      const candidate = tracker.due(nowMs).find((one) => one.sighting.name === sighting.name)
      if (candidate === undefined) continue
      const { events, results } = await reader.read(candidate, nowMs)
      for (const event of events) queue.push(event)
      for (const [name, result] of results) {
        tracker.settle(name, result)
        if (result.kind === 'taken')
          latestTaken = [name, ...latestTaken.filter((one) => one !== name)].slice(
            0,
            maxWatchedTaken,
          )
      }
    }
  }

  const report = (): void => {
    const nowMs = performance.now()
    for (const { name, found, waitedMs } of tracker.overdue(nowMs)) {
      const problem = new LimbicError('RT_FILE_INCOMPLETE', { file: name, found, waitedMs })
      queue.push(problemEvent(problem, name))
    }
    for (const problem of reader.assembler.overdue(nowMs)) {
      const { details } = problem as LimbicError<'RT_VOLUME_INCOMPLETE'>
      queue.push(problemEvent(problem, details.origin))
    }
  }

  const pause = async (): Promise<void> => {
    if (stopped || touched.size > 0) return
    const deadlines = [nextListingMs, tracker.deadlineMs, reader.assembler.deadlineMs]
    const next = Math.min(...deadlines.filter((time) => time !== null))
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, next - performance.now()))
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    run,
    stop() {
      stopped = true
      wake()
    },
  }
}

async function lstatEntry(dir: string, name: string): Promise<Sighting | null> {
  // Names of entries have no separators; what has is no entry of this folder.
  if (/[\\/\0]/.test(name) || name === '..' || name === '.') return null
  try {
    return sightingOf(name, await lstat(join(dir, name), { bigint: true }))
  } catch {
    return null
  }
}
