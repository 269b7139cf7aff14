/** Runs a command in this process and catches what it writes. */
import { vi } from 'vitest'
import { main } from '../../src/cli/main.ts'

export interface MainResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export async function limbic(...argv: readonly string[]): Promise<MainResult> {
  const { exitCode } = process
  let [stdout, stderr] = ['', '']
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    stdout += String(chunk)
    return true
  })
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    stderr += String(chunk)
    return true
  })
  try {
    return { code: await main(argv), stdout, stderr }
  } finally {
    out.mockRestore()
    err.mockRestore()
    process.removeAllListeners('SIGINT')
    process.exitCode = exitCode
  }
}
