/** The folder of a running session: an append-only log that is written before anything is sent, and the raw volumes beside it. */
import {
  closeSync,
  existsSync,
  fdatasync,
  ftruncateSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { LimbicError } from '../../core/errors/index.ts'
import type { SessionEvent } from '../../core/schemas/session-event.ts'
import type { SessionPolicy } from '../../core/schemas/session.ts'
import type { ArrivedVolume } from '../volume-source.ts'
import { encodeVolumeFile, volumeFileName } from './volume-file.ts'

export const logName = 'session.ndjson'
const lockName = 'session.lock'

/** Writes a session. Every error is `RT_LOG_FAILED`. */
export interface SessionLog {
  /** Writes one line, whole or not at all, before it returns. */
  append(event: SessionEvent): void
  /** Writes a raw volume; resolves with its name below the folder when the system has all of its bytes. */
  store(volume: ArrivedVolume): Promise<string>
  /** Forces what was appended to disk: at once, or soon and without waiting, as the policy says. */
  flush(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the folder of a session for writing.
 *
 * @param dir - The folder; made when missing.
 * @param fsync - When bytes are forced to disk.
 * @param resumeAt - Bytes of the log that are whole lines, to go on after them; a new session without it.
 * @returns The log, locked against other processes.
 * @throws {LimbicError} `RT_SESSION_EXISTS`, `RT_SESSION_LOCKED`, `RT_LOG_FAILED`.
 */
export function openSessionLog(
  dir: string,
  fsync: SessionPolicy['fsync'],
  resumeAt?: number,
): SessionLog {
  const file = join(dir, logName)
  if (resumeAt === undefined && existsSync(file))
    throw new LimbicError('RT_SESSION_EXISTS', { dir })
  const attempt = <T>(what: string, action: () => T): T => {
    try {
      return action()
    } catch (cause) {
      throw logFailed(what, cause)
    }
  }
  attempt(dir, () => mkdirSync(join(dir, 'volumes'), { recursive: true }))
  lock(dir)
  const fd = attempt(file, () => openSync(file, 'a'))
  // The last line of a process that was killed may be cut; nobody has heard of it.
  if (resumeAt !== undefined) attempt(file, () => ftruncateSync(fd, resumeAt))
  let length = attempt(file, () => fstatSync(fd).size)
  const background = createBackground()
  // Volumes wait for the flush after their feedback: while a disk is made to write, every other write to it waits.
  const unforced: FileHandle[] = []
  const forceVolumes = (): void => {
    for (const handle of unforced.splice(0))
      background.run(() => handle.datasync(), () => handle.close()) // prettier-ignore
  }

  return {
    append(event) {
      const line = Buffer.from(`${JSON.stringify(event)}\n`)
      try {
        for (let written = 0; written < line.length;)
          written += writeSync(fd, line, written, line.length - written)
        length += line.length
      } catch (cause) {
        cutBack(fd, length)
        throw logFailed(file, cause)
      }
    },
    async store(volume) {
      const name = volumeFileName(volume.index)
      const path = join(dir, name)
      try {
        const handle = await open(path, 'w')
        try {
          await writeAll(handle, encodeVolumeFile(volume))
          if (fsync === 'before-feedback') await handle.datasync()
        } catch (cause) {
          await handle.close()
          throw cause
        }
        if (fsync === 'before-feedback') await handle.close()
        else unforced.push(handle)
        if (unforced.length >= maxUnforced) forceVolumes()
        return name
      } catch (cause) {
        throw logFailed(path, cause)
      }
    },
    async flush() {
      const sync = (): Promise<void> =>
        new Promise((resolve, reject) =>
          fdatasync(fd, (error) => (error === null ? resolve() : reject(error))),
        )
      if (fsync === 'before-feedback')
        await sync().catch((cause: unknown) => Promise.reject(logFailed(file, cause))) // prettier-ignore
      else {
        forceVolumes()
        background.run(sync, () => Promise.resolve())
      }
    },
    async close() {
      forceVolumes()
      await background.idle()
      closeSync(fd)
      rmSync(join(dir, lockName), { force: true })
    },
  }
}

/** In one call as a rule; the system may take less than it is given. */
async function writeAll(handle: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  let rest = parts
  while (rest.length > 0) {
    let { bytesWritten: taken } = await handle.writev(rest)
    rest = rest.flatMap((part) => {
      const left = part.subarray(Math.min(taken, part.length))
      taken -= part.length - left.length
      return left.length > 0 ? [left] : []
    })
  }
}

/** A failed append must not leave half a line before the next one. */
function cutBack(fd: number, length: number): void {
  try {
    ftruncateSync(fd, length)
  } catch {
    // Readers leave out a last line that is cut.
  }
}

// More than this many forced writes waiting means that the disk is slower than the scanner; the system then decides itself when to write.
const maxBackground = 8
/** Volumes that wait for a flush that does not come, as when the decoder takes long. */
const maxUnforced = 8

/** Forces bytes to disk while the session goes on; one after the other, as files are read and written by few threads, and new volumes need them. */
function createBackground(): {
  run(sync: () => Promise<void>, close: () => Promise<void>): void
  idle(): Promise<void>
} {
  let last = Promise.resolve()
  let nWaiting = 0
  return {
    run(sync, close) {
      const isSkipped = nWaiting >= maxBackground
      nWaiting += 1
      last = last
        .then(() => (isSkipped ? undefined : sync()))
        // An error of the disk shows at the next write, which is waited for.
        .catch(() => undefined)
        .then(close)
        .catch(() => undefined)
        .finally(() => (nWaiting -= 1))
    },
    idle: () => last,
  }
}

/** One writer per folder; the lock of a process that is gone does not count. */
function lock(dir: string): void {
  const file = join(dir, lockName)
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw logFailed(file, cause)
    const pid = Number(readFileSync(file, 'utf8'))
    if (pid !== process.pid && isRunning(pid))
      throw new LimbicError('RT_SESSION_LOCKED', { dir, pid })
    writeFileSync(file, `${process.pid}\n`)
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function logFailed(file: string, cause: unknown): LimbicError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new LimbicError('RT_LOG_FAILED', { file, reason }, { cause })
}
