/** A workload -> what it takes, measured in this process; one process per workload keeps peak memory and warm-up apart. */
import type { Measurement, Workload } from './workload.ts'

/**
 * Runs a workload once to warm up, unless it says not to, and then times it.
 *
 * @param workload - The workload.
 * @param threads - Threads that it may use.
 * @returns What was measured.
 * @throws What the workload throws.
 */
export async function measure(workload: Workload, threads: number): Promise<Measurement> {
  const run = await workload.setup(threads)
  if (workload.warmsUp !== false) await run()
  const wall: number[] = []
  const cpu: number[] = []
  for (let i = 0; i < workload.repetitions; i++) {
    const cpuBefore = process.cpuUsage()
    const wallBefore = performance.now()
    await run()
    wall.push((performance.now() - wallBefore) / 1000)
    const { user, system } = process.cpuUsage(cpuBefore)
    cpu.push((user + system) / 1e6)
  }
  return {
    name: workload.name,
    threads,
    medianSeconds: median(wall),
    minSeconds: Math.min(...wall),
    cpuSeconds: median(cpu),
    peakMb: Math.floor(process.resourceUsage().maxRSS / 1024),
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2
}
