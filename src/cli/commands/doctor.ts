/** `limbic doctor`: what this machine can do, what it cannot, and what to do about it. */
import { availableParallelism, totalmem } from 'node:os'
import { Command } from 'commander'
import { describeEngines } from '../../engine/index.ts'
import { gemmProvider } from '../../math/gemm/index.ts'
import { limbicVersion } from '../../pipeline/provenance.ts'
import { exitCodes } from '../exit-codes.ts'

/**
 * The `doctor` command.
 *
 * @returns The command.
 * @throws Never.
 */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check engines and kernels on this machine, and say what to install')
    .option('--json', 'as JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const engines = await describeEngines()
      const machine = {
        limbic: limbicVersion(),
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        cores: availableParallelism(),
        memoryGb: Math.round(totalmem() / 2 ** 30),
        gemm: gemmProvider(),
      }
      if (json) process.stdout.write(`${JSON.stringify({ machine, engines }, null, 2)}\n`)
      else process.stdout.write(`${formatDoctor(machine, engines)}\n`)
      if (!engines.some(({ verdict }) => verdict === 'ok')) process.exitCode = exitCodes.findings
    })
}

function formatDoctor(
  machine: Record<string, string | number>,
  engines: Awaited<ReturnType<typeof describeEngines>>,
): string {
  const facts = Object.entries(machine).map(([name, value]) => `${name.padEnd(10)} ${value}`)
  const verdicts = engines.map(({ name, verdict, reason, remedy }) =>
    [`engine ${name}: ${verdict}. ${reason}`, remedy].filter(Boolean).join('\n    '),
  )
  return [...facts, '', ...verdicts].join('\n')
}
