/** A process that waits for volumes -> one that the system runs before others when a volume comes. */
import { readdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/**
 * Asks the system to prefer this process. Systems grant it to administrators, and to users whom they allow it to.
 *
 * @returns Whether it was granted.
 * @throws Never.
 * @remarks Not a real-time class, in which two busy programs can starve a small machine.
 */
export function raisePriority(): boolean {
  try {
    for (const thread of threadsOfProcess()) setPriority(thread, constants.priority.PRIORITY_HIGH)
    return true
  } catch {
    return false
  }
}

/** Linux keeps a priority per thread, and new threads take that of the one that makes them; elsewhere the process has one. */
function threadsOfProcess(): number[] {
  if (process.platform !== 'linux') return [process.pid]
  return readdirSync('/proc/self/task').map(Number)
}
