/** `limbic bench`: how long the pieces of a run take on this machine, each in a process of its own. */
import { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { integerOption } from '../options.ts'

interface BenchOptions {
  readonly json: boolean
  readonly threads: number
}

/**
 * The `bench` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function benchCommand(): Command {
  return new Command('bench')
    .description('time the pieces of a run on this machine')
    .argument('[names...]', 'workloads; all of them when none is named')
    .option('--json', 'one line of JSON per workload', false)
    .option('--threads <n>', 'threads that a workload may use', integerOption('--threads', 1), 1)
    .option('--list', 'name the workloads and stop', false)
    .action(runBench)
}

async function runBench(
  names: readonly string[],
  { json, threads, list }: BenchOptions & { readonly list: boolean },
): Promise<void> {
  const { findWorkload, measureInChild, workloadNames } = await import('../../../bench/index.ts')
  if (list) {
    process.stdout.write(workloadNames.map((name) => `${name}\n`).join(''))
    return
  }
  for (const name of names) await findWorkload(name) // a wrong name is told before the first measurement
  for (const name of names.length === 0 ? workloadNames : names) {
    try {
      const measured = await measureInChild(name, threads)
      process.stdout.write(json ? `${JSON.stringify(measured)}\n` : formatMeasurement(measured))
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
      process.exitCode = exitCodes.bug
    }
  }
}

function formatMeasurement(m: {
  readonly name: string
  readonly medianSeconds: number
  readonly cpuSeconds: number
  readonly peakMb: number
}): string {
  const seconds = (value: number): string => value.toFixed(4).padStart(9)
  return `${m.name.padEnd(22)} ${seconds(m.medianSeconds)} s  cpu ${seconds(m.cpuSeconds)} s  ${String(m.peakMb).padStart(6)} MB\n`
}
